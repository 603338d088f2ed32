import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SecretWatch } from "./support/secret-watch";
import { expect, test } from "./support/test";
import { settled } from "./support/page-state";

const KEY = "sk-test-4f9c2e7711aa5dd8-not-for-any-eye";

/** A provider that refuses every call and, as some do, repeats the key in what it says. */
class RefusingProvider {
  readonly heard: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    const key = request.headers.authorization ?? "";
    this.heard.push(key);
    response.writeHead(401, { "content-type": "application/json", "x-request-id": key });
    response.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${key.replace("Bearer ", "")}.`, code: "invalid_api_key" } }));
  });

  async started(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, "127.0.0.1", ready));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  end(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const provider = new RefusingProvider();
test.afterAll(() => provider.end());

test("a key is saved, used and refused, and is to be seen nowhere", async ({ page, service }) => {
  const address = await provider.started();
  const watch = new SecretWatch(page, service, KEY);

  await page.goto("/settings#secrets");
  await page.getByRole("button", { name: "Add a secret" }).click();
  const secret = page.getByRole("dialog", { name: "Add a secret" });
  await secret.getByLabel("Name").fill("harbour");
  await secret.getByLabel("Value").fill(KEY);
  await secret.getByRole("button", { name: "Save secret" }).click();
  await expect(page.getByText("secret://harbour", { exact: true })).toBeVisible();
  await watch.check();

  await page.getByRole("button", { name: "Add a provider" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a provider" });
  await dialog.getByLabel("Name").fill("harbour");
  await dialog.getByLabel("Address").fill(address);
  await dialog.getByLabel("Key").selectOption("harbour");
  await dialog.getByRole("button", { name: "Test connection" }).click();
  await expect(dialog.getByRole("alert")).toContainText(/key/i);
  await watch.check();
  await dialog.getByRole("button", { name: "Keep provider" }).click();
  await page.getByRole("button", { name: "Test connection to harbour" }).click();
  await expect(page.getByRole("alert")).toContainText(/key/i);
  expect(provider.heard).toContain(`Bearer ${KEY}`);

  provider.heard.length = 0;
  service.project.write("configs/refused.yaml", service.project.read("configs/poems.yaml").replace("model: offline", "model: harbour:gruff-1").replace("outputs/poems", "outputs/refused"));
  const run = await service.startRun({ config: "refused.yaml" });
  await page.goto(`/runs/${run}`);
  await service.waitForRun(run, ["failed", "completed"]);
  expect(provider.heard).toContain(`Bearer ${KEY}`);
  await expect(page.getByText(/key/i).first()).toBeVisible();
  await watch.check();
  for (const tab of ["samples", "failed", "log", "config", "files"]) {
    await page.goto(`/runs/${run}/${tab}`);
    await settled(page);
    if (tab === "log") await expect(page.getByText("401").first()).toBeVisible();
    await watch.check();
  }
  await page.goto("/settings#secrets");
  await settled(page);
  await watch.check();
});
