import { expect, test } from "./support/test";

test("how a run went is drawn while it goes on, and is still there after a reload", async ({ page, service }) => {
  const id = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/slow", seconds: "4" } });
  await page.goto(`/runs/${id}`);
  await expect(page.getByText("20 rows are ready")).toBeVisible({ timeout: 30_000 });
  const chart = page.getByRole("img", { name: /^Speed of the stage over the time at work/ });
  await page.reload();
  await expect(chart).toBeVisible();
  await expect(chart.locator("canvas")).toBeVisible();
  const told = (await chart.getAttribute("aria-label")) ?? "";
  expect(told).toMatch(/between .* and .*[1-9]/);

  const { data } = await service.api.GET("/api/runs/{run_id}/history", { params: { path: { run_id: id } } });
  expect(data?.points.length).toBeGreaterThan(3);
  await page.reload();
  await expect(chart).toHaveAttribute("aria-label", told); // the service's figures, not this page's memory
});
