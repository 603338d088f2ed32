import { checkAccessibility } from "./support/accessibility";
import { settled } from "./support/page-state";
import { expect, test } from "./support/test";

test("the service serves the interface, which loads without a word", async ({ page, service }) => {
  const answer = await page.goto("/");
  expect(answer?.headers()["content-encoding"] ?? "none").toMatch(/^(br|gzip|none)$/);
  await expect(page.getByRole("main")).toBeVisible();
  await expect(page).toHaveTitle(/Augmentoolkit/);
  await checkAccessibility(page);
  expect((await service.api.GET("/api/ready")).response.status).toBe(200);
});

test("service and worker are killed and come back on the same address", async ({ page, service, trouble }) => {
  trouble.expect(/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|CONTENT_LENGTH_MISMATCH|EMPTY_RESPONSE)|status of 503|Unable to preload|dynamically imported/);
  await page.goto("/");
  await settled(page); // a page whose parts are still to come loads itself again when they do not
  await service.kill("api.py");
  await service.kill("worker.py");
  await expect(page.request.get("/api/health")).rejects.toThrow(/ECONNREFUSED/);
  await service.start();
  await page.reload();
  await expect(page.getByRole("main")).toBeVisible();
  const run = await service.startRun({ config: "poems.yaml" });
  expect((await service.waitForRun(run)).state).toBe("completed");
});
