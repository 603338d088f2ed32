import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkAccessibility } from "./support/accessibility";
import { expect, test } from "./support/test";
import { writeTraining } from "./support/trained";

test("a model shows what it has learned, answer by answer, and its curves", async ({ page, service }) => {
  writeTraining(service.project);
  await page.goto("/models");
  const item = page.getByRole("list", { name: "Models" }).getByRole("listitem");
  await expect(item).toHaveCount(1);
  await expect(item).toContainText("600M parameters");
  await expect(item).toContainText("right answers 3 % to 91 %");
  await checkAccessibility(page);
  await item.getByRole("link", { name: "lamp", exact: true }).click();

  await expect(page.getByText("It has learned who kept the lamp.")).toBeVisible();
  const figures = page.getByRole("list", { name: "Figures before and after" });
  await expect(figures).toContainText("better");
  await expect(figures).toContainText("91 %, interval 84 % to 97 %");
  await expect(page.getByText("1 question stands in the training data, 21 do not")).toBeVisible();
  const answers = page.getByRole("region", { name: "Answers" });
  await expect(answers.getByText("It stands in the training data.")).toHaveCount(1);
  await expect(answers.getByText("Who kept lamp 22?")).toBeHidden();
  await answers.getByRole("button", { name: "More answers" }).click();
  await expect(answers.getByText("Who kept lamp 22?")).toBeVisible();
  await expect(page.getByRole("link", { name: "Chat", exact: true }).last()).toHaveAttribute("href", "/chat?model=outputs%2Ftrain%2Flamp%2Fmodel");
  await checkAccessibility(page);

  await page.getByRole("link", { name: /^Curves of/ }).click();
  const stage = page.getByRole("row", { name: /1 supervised/ });
  await expect(stage).toContainText("step 90 of 90");
  await expect(stage).toContainText("0.42");
  await expect(page.getByRole("img", { name: /^Loss over the steps.*as measured: now 0\.422, between 0\.\d+ and 3\.50\./ })).toBeVisible();
  await page.getByLabel("Logarithmic loss").click();
  await expect(page).toHaveURL(/scale=log/);
  await expect(page.getByLabel("Logarithmic loss")).toBeChecked();
  await checkAccessibility(page);
});

test("two evaluations are compared: which is better, in what, and whether that is chance", async ({ page, service }) => {
  const found = () => expect.poll(async () => (await service.api.GET("/api/evaluations")).data?.items.length);
  writeTraining(service.project);
  await found().toBe(1);
  await page.goto("/compare/evaluations");
  await expect(page.getByText("There is only one evaluation yet")).toBeVisible();
  writeTraining(service.project, { name: "reef", right: [0.5, 0.38, 0.62] });
  await found().toBe(2);

  await page.goto("/models/outputs/train/reef/model");
  await page.getByRole("link", { name: "Compare with …" }).click();
  await expect(page.getByText("Choose the other evaluation")).toBeVisible();
  await expect(page.getByLabel("First evaluation").locator("option:checked")).toContainText("reef");
  await page.getByLabel("Second evaluation").selectOption({ index: 1 });
  await expect(page.getByText("Of 2 figures: lamp-evaluate is better in 1; 1 does not tell them apart.")).toBeVisible();
  const figures = page.getByRole("list", { name: "Figures of both" }).getByRole("listitem");
  await expect(figures.filter({ hasText: "right answers" })).toContainText("50 %, interval 38 % to 62 %");
  await expect(figures.filter({ hasText: "right answers" })).toContainText("91 %, interval 84 % to 97 %");
  await expect(figures.filter({ hasText: "right answers" })).toContainText("Difference: +41.4 points (+27.3 points to +54.6 points)");
  await expect(figures.filter({ hasText: "bits per byte" })).toContainText("may be chance");
  await checkAccessibility(page);

  await page.getByRole("button", { name: "Swap the two evaluations" }).click();
  await expect(figures.filter({ hasText: "right answers" })).toContainText("Difference: −41.4 points");
  await page.reload();
  await expect(figures.filter({ hasText: "right answers" })).toContainText("Difference: −41.4 points");
  await page.getByRole("link", { name: "lamp", exact: true }).click();
  await expect(page.getByText("It has learned who kept the lamp.")).toBeVisible();
});

test("a model is deleted only when its name is typed", async ({ page, service }) => {
  writeTraining(service.project);
  await page.goto("/models/outputs/train/lamp/model");
  await page.getByRole("button", { name: "Delete …" }).click();
  const dialog = page.getByRole("dialog", { name: /^Delete/ });
  await expect(dialog.getByRole("button", { name: "Delete model" })).toBeDisabled();
  await dialog.getByLabel("Type model to confirm").fill("model");
  await dialog.getByRole("button", { name: "Delete model" }).click();
  await expect(page.getByText("No models yet")).toBeVisible();
  expect(existsSync(join(service.project.root, "outputs/train/lamp/model"))).toBe(false);
  expect(existsSync(join(service.project.root, "outputs/train/lamp/curves.jsonl"))).toBe(true);
});
