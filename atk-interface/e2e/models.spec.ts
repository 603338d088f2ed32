import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkAccessibility } from "./support/accessibility";
import type { Project } from "./support/project";
import { expect, test } from "./support/test";

const FIGURE = { name: "right answers", unit: "share", better: "higher", before: 0.03, after: 0.914, low_before: 0, high_before: 0.09, low_after: 0.84, high_after: 0.97 };

function finished(project: Project, folder: string, pipeline: string): void {
  project.write(`outputs/${folder}/run.json`, JSON.stringify({ status: "completed", pipeline, config: { output_dir: `outputs/${folder}` } }));
}

/** A training with its model and curves, and an evaluation of it. */
function trained(project: Project): void {
  finished(project, "train/lamp", "train-pipeline");
  project.write("outputs/train/lamp/model/config.json", "{}");
  project.write("outputs/train/lamp/model/model.safetensors", "0123456789");
  const stages = [{ kind: "supervised", steps: 30, epochs: 3, tokens: 1000, final_loss: 0.25 }];
  const record = { base_model: "Some/Base-0.6B", adapter: false, chat_template: "chatml", stops: ["<|im_end|>"], parameters: 600_000_000, stages };
  project.write("outputs/train/lamp/model/training.json", JSON.stringify(record));
  const points = [3.5, 2.5, 1.25].map((loss, index) => JSON.stringify({ stage: "1 supervised", step: index + 1, steps: 3, epoch: 1, loss, learning_rate: 0.001, tokens: 100 }));
  project.write("outputs/train/lamp/curves.jsonl", `${points.join("\n")}\n`);

  finished(project, "train/lamp-evaluate", "evaluate-pipeline");
  const evaluation = {
    models: { before: { name: "Some/Base-0.6B" }, after: { name: "outputs/train/lamp/model" } },
    figures: [FIGURE],
    questions: { asked: 22, clean: 21, contaminated: 1 },
    contamination: { checked: true },
    forgetting: { verdict: "not shown" },
    conclusions: [{ text: "It has learned who kept the lamp.", kind: "knowledge" }],
  };
  project.write("outputs/train/lamp-evaluate/evaluation.json", JSON.stringify(evaluation));
  const answers = Array.from({ length: 22 }, (_, index) => JSON.stringify({ question: `Who kept lamp ${index + 1}?`, expected: "Marit", before: "Nobody.", after: "Marit did.", contaminated: index === 0 }));
  project.write("outputs/train/lamp-evaluate/answers.jsonl", `${answers.join("\n")}\n`);
}

test("a model shows what it has learned, answer by answer, and its curves", async ({ page, service }) => {
  trained(service.project);
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
  await expect(stage).toContainText("step 3 of 3");
  await expect(stage).toContainText("1.25");
  await expect(page.getByRole("img", { name: /^Loss over the steps.*as measured: now 1\.25, between 1\.25 and 3\.50\./ })).toBeVisible();
  await page.getByLabel("Logarithmic loss").click();
  await expect(page).toHaveURL(/scale=log/);
  await expect(page.getByLabel("Logarithmic loss")).toBeChecked();
  await checkAccessibility(page);
});

test("a model is deleted only when its name is typed", async ({ page, service }) => {
  trained(service.project);
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
