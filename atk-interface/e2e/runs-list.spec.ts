import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./support/test";

const COPIES = 300;

test("300 runs are paged, filtered and sorted, and the page stays light", async ({ page, service }) => {
  const id = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/run-000", seconds: "0.1" } });
  await service.waitForRun(id, ["completed"]);
  const failed = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/broken", seconds: "0.1", fail_at: "start" } });
  await service.waitForRun(failed, ["failed"]);
  await service.stop("api.py");
  const outputs = join(service.project.root, "outputs");
  for (let number = 1; number <= COPIES; number += 1) {
    const copy = join(outputs, `run-${String(number).padStart(3, "0")}`);
    cpSync(join(outputs, "run-000"), copy, { recursive: true });
    rmSync(join(copy, "service.json")); // it says which run it is
  }
  await service.start("api.py");

  await page.goto("/runs");
  const rows = page.getByRole("list", { name: "Runs", exact: true }).getByRole("listitem");
  await expect(page.getByRole("button", { name: /^All/ })).toContainText("302", { timeout: 20_000 });
  expect(await rows.count()).toBeLessThanOrEqual(100); // page by page, as one scrolls
  expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(4000);

  await page.getByRole("combobox", { name: "Order" }).selectOption("name");
  await expect(rows.first()).toContainText("broken");
  await expect(rows.nth(1)).toContainText("run-000");
  const shown = await rows.count();
  await page.getByRole("button", { name: /^Show more/ }).scrollIntoViewIfNeeded();
  await expect.poll(() => rows.count()).toBeGreaterThan(shown);

  await page.getByRole("button", { name: /^failed/i }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("broken");
  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByRole("searchbox", { name: /Find a run/ }).fill("run-29");
  await expect(rows).toHaveCount(10);
  await expect(page).toHaveURL(/q=run-29/);
  await page.reload();
  await expect(rows).toHaveCount(10);
});
