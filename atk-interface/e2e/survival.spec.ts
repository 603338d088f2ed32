import type { Page } from "@playwright/test";
import { FakeModel } from "./support/fake-model";
import { commandLine } from "./support/process-group";
import { bar, doneOf, expectNoReload, markPage, progressOf } from "./support/run-page";
import { expect, test } from "./support/test";

/** A run that sleeps: its first third counts to 100. */
const slow = (seconds: number) => ({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/slow", seconds: String(seconds) } });

test.describe("a run that goes on", () => {
  test("is the same in a reloaded page, a second tab and another browser", async ({ page, context, browser, service }) => {
    const run = `/runs/${await service.startRun(slow(15))}`;
    await page.goto(run);
    await expect.poll(() => doneOf(page), { intervals: [50] }).toBeGreaterThan(5); // early: the next stage counts anew
    const before = await doneOf(page);
    await page.reload();
    await expect(bar(page)).toBeVisible();
    await expect.poll(() => doneOf(page)).toBeGreaterThanOrEqual(before);

    const tab = await context.newPage();
    const elsewhere = await browser.newContext({ baseURL: service.url });
    const other = await elsewhere.newPage();
    const pages: Page[] = [page, tab, other];
    await Promise.all([tab.goto(run), other.goto(run)]);
    const told = async () => new Set(await Promise.all(pages.map(progressOf)));
    await expect.poll(async () => [...(await told())].filter(Boolean).length, { message: "all three say the same", intervals: [50] }).toBe(1);
    for (const each of pages) await expect(each.getByText("20 rows are ready")).toBeVisible({ timeout: 20_000 });
    await elsewhere.close();
  });

  test("outlives the service: the page says so, invents nothing, and recovers by itself", async ({ page, service, trouble }) => {
    trouble.expect(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONTENT_LENGTH_MISMATCH|ERR_EMPTY_RESPONSE|status of 503/);
    const id = await service.startRun(slow(24));
    await page.goto(`/runs/${id}`);
    await markPage(page);
    await expect.poll(() => doneOf(page)).toBeGreaterThan(5);

    await service.kill("api.py");
    const banner = page.getByRole("alert").filter({ hasText: "The service does not answer" });
    await expect(banner).toBeVisible();
    await expect(page.getByText(/what you see is from .* ago/)).toBeVisible();
    const stood = await progressOf(page);
    expect(stood).not.toBe("");
    const first = await page.getByText(/what you see is from .* ago/).textContent();
    await expect(page.getByText(/what you see is from .* ago/)).not.toHaveText(first ?? ""); // time has passed
    expect(await progressOf(page)).toBe(stood);

    await service.start("api.py");
    await expect(page.getByText("The service is back")).toBeVisible();
    await expect(banner).toHaveCount(0);
    await expect.poll(() => progressOf(page)).not.toBe(stood);
    await expect(page.getByText("20 rows are ready")).toBeVisible({ timeout: 30_000 });
    await expectNoReload(page);
  });
});

test.describe("a worker that dies", () => {
  test.use({ variables: { ATK_HEARTBEAT_SECONDS: "0.2" } });

  test("leaves a lost run behind, which goes on from the page and pays for nothing twice", async ({ page, service, trouble }) => {
    trouble.expect(/status of 503/); // the service says that no worker answers
    const model = await FakeModel.listening();
    try {
      model.delayMs = 250;
      service.project.write("configs/fake.yaml", model.config("outputs/lost"));
      const id = await service.startRun({ config: "fake.yaml" });
      await page.goto(`/runs/${id}`);
      await expect.poll(() => doneOf(page), { timeout: 20_000 }).toBeGreaterThan(5);

      for (const pid of service.pids()) if (!commandLine(pid).includes("api.py")) process.kill(pid, "SIGKILL");
      await service.kill("worker.py");
      const note = page.getByRole("alert").filter({ hasText: "Its process is gone" });
      await expect(note).toContainText("nothing that was paid for is lost", { timeout: 20_000 });
      await expect(note).toContainText("nothing is paid twice");
      expect(await doneOf(page)).toBeGreaterThan(5); // what was done stays done

      model.delayMs = 0;
      await service.start("worker.py");
      await page.getByRole("button", { name: "Resume from here" }).click();
      await expect(page.getByText(/\d+ rows are ready/)).toBeVisible({ timeout: 30_000 });
      const twice = model.asked.length - new Set(model.asked).size;
      expect(twice, "only the one call that was under way is asked again").toBeLessThanOrEqual(1);
    } finally {
      model.close();
    }
  });
});
