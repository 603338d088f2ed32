import { checkAccessibility } from "./support/accessibility";
import { expect, test } from "./support/test";

test("configs are made, found, renamed and deleted", async ({ page, service }) => {
  await page.goto("/pipelines/factual-gen-indiv-pipeline");
  await page.getByRole("button", { name: "Make a config" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("letters/first.yaml");
  await page.getByRole("button", { name: "Make it" }).click();
  await expect(page).toHaveURL(/\/configs\/letters\/first\.yaml$/);
  await expect(page.getByRole("status").filter({ hasText: "Ready to run" })).toBeVisible();

  await page.getByRole("navigation", { name: "Where this is" }).getByRole("link", { name: "letters" }).click();
  await page.getByRole("button", { name: "More for letters/first.yaml" }).click();
  await page.getByRole("menuitem", { name: "Rename or move …" }).click();
  await page.getByRole("dialog").getByLabel("New name").fill("letters/second");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("link", { name: /second\.yaml/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /first\.yaml/ })).toBeHidden();

  await page.getByLabel("Find a config by its name").fill("second");
  await expect(page.getByText("1 config found.")).toBeVisible();
  await expect(page).toHaveURL(/find=second/);
  await page.getByRole("button", { name: "More for letters/second.yaml" }).click();
  await page.getByRole("menuitem", { name: "Delete …" }).click();
  await checkAccessibility(page);
  await page.getByRole("button", { name: "Delete config" }).click();
  await expect(page.getByText("0 configs found.")).toBeVisible();
  expect(() => service.project.read("configs/letters/second.yaml")).toThrow("ENOENT");
});

test("what runs one after the other is listed with what is wrong with it", async ({ page, service }) => {
  service.project.write("super_config.yaml", "pipeline_order:\n  - node: example-pipeline\n    config: configs/poems.yaml\n    limit: 2\n  - configs/nowhere.yaml\n");
  await page.goto("/configs");
  const order = page.getByRole("region", { name: "One after the other" });
  await expect(order.getByRole("link", { name: "poems.yaml" })).toHaveAttribute("href", "/configs/poems.yaml");
  await expect(order.getByText(/limit.* changed/)).toBeVisible();
  await expect(order.getByText(/nowhere\.yaml/).first()).toBeVisible();
});

test("a folder of documents leads to a config that reads it", async ({ page, service }) => {
  service.project.write("inputs/harbour/tides.md", "# Tides\n\nThe tide turns twice a day.\n");
  await page.goto("/configs?input=inputs%2Fharbour");
  const dialog = page.getByRole("dialog", { name: "New config" });
  await expect(dialog).toContainText("It reads inputs/harbour");
  await expect(dialog.getByLabel("Name")).toHaveValue("harbour");
  await dialog.getByLabel("Begin with").selectOption("debug-pipeline");
  await expect(dialog).toContainText("debug-pipeline reads no folder of documents");
  await expect(dialog.getByRole("button", { name: "Create" })).toBeDisabled();
  await checkAccessibility(page);
  await dialog.getByLabel("Begin with").selectOption("factual-gen-indiv-pipeline");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page).toHaveURL(/\/configs\/harbour\.yaml$/);
  await expect(page.getByRole("textbox", { name: "Input dir" })).toHaveValue("inputs/harbour");
  expect(service.project.read("configs/harbour.yaml")).toContain("\ninput_dir: inputs/harbour\n");
  await expect(page.getByRole("status").filter({ hasText: "Ready to run" })).toBeVisible();
});
