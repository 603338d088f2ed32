import { expect, test } from "./support/test";

test("two runs of one config: only what was changed is listed, figures and passages stand side by side", async ({ page, service }) => {
  const three = await service.startRun({ config: "poems.yaml", name: "Three" });
  const six = await service.startRun({ config: "poems.yaml", name: "Six", overrides: { output_dir: "outputs/six", limit: "6" } });
  for (const id of [three, six]) await service.waitForRun(id, ["completed"]);

  await page.goto("/runs");
  for (const name of ["Three", "Six"]) {
    const box = page.getByRole("checkbox", { name: `Choose ${name} to compare` });
    await box.click(); // what is chosen stands in the address: the tick follows it
    await expect(box).toBeChecked();
  }
  await page.getByRole("link", { name: "Compare", exact: true }).last().click();
  await expect(page.getByRole("heading", { level: 1, name: "Compare" })).toBeVisible();
  await page.goto(`/compare?first=${three}&second=${six}`);

  const settings = page.getByRole("table").filter({ has: page.getByRole("columnheader", { name: "Setting" }) });
  await expect(settings.getByRole("rowheader")).toHaveText(["limit", "output_dir"]);
  await expect(settings.getByRole("row", { name: /^limit/ }).getByRole("cell")).toHaveText(["3", "6"]);
  const figures = page.getByRole("table").filter({ has: page.getByRole("columnheader", { name: "Difference" }) });
  await expect(figures.getByRole("row", { name: /^Rows/ }).getByRole("cell")).toHaveText(["3", "6", "+3"]);

  const passage = page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3, name: /^Three/ }) }).first();
  await expect(passage.getByRole("heading", { name: "Three 1 row" })).toBeVisible();
  await expect(passage.getByRole("heading", { name: "Six 1 row" })).toBeVisible();
});
