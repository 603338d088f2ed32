import { expect, test } from "./support/test";

test.use({ reducedMotion: "no-preference" });

test("one press leads from an empty project to fireworks and rows", async ({ page, context, service }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Try it" }).click();

  await expect(page).toHaveURL(/\/runs\/[0-9a-f]+$/);
  const fireworks = page.locator(".ws-fireworks");
  await expect(fireworks).toBeVisible();
  await expect(page.getByText("123 rows are ready")).toBeVisible();
  // What did not become a row is said as plainly as what did.
  await expect(page.getByText("1 failed on the way")).toBeVisible();
  await expect(page.getByText("7 dropped by checks")).toBeVisible();

  const run = page.url();
  const { data } = await service.api.GET("/api/runs/{run_id}", { params: { path: { run_id: run.split("/").at(-1) ?? "" } } });
  expect(data?.figures.rows).toBe(123);

  // Once: neither a reload nor a second tab shows them again.
  await expect(fireworks).toHaveCount(0, { timeout: 15_000 });
  await page.reload();
  const second = await context.newPage();
  await second.goto(run);
  for (const each of [page, second]) {
    await expect(each.getByText("123 rows are ready")).toBeVisible();
    await expect(each.locator(".ws-fireworks")).toHaveCount(0);
  }

  await page.getByRole("link", { name: "Open the data" }).click();
  await expect(page.getByRole("listbox", { name: /rows/i }).or(page.getByRole("list", { name: /rows/i })).first()).toBeVisible();
});
