import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { checkAccessibility } from "./support/accessibility";
import { python, type Service } from "./support/service";
import { expect, test } from "./support/test";

// The longest of all: by its name it begins early, beside the others. Four processes in turn load torch.
const STEP = { timeout: 240_000 };
const MODEL = "outputs/train/lamp/model";

/** Few chunks, one pass over them, and a model from nothing: seconds on a CPU, and what it says is noise. */
const LAMP = `pipeline: factual-datagen-pipeline
output_dir: outputs/lamp
inputs:
  - path: inputs/sample
    about: Sallow Point Light
    limit: 4
Models: {small_model: offline, large_model: offline}
What:
  parts: {inferred_facts: false, retrieval: false, corrections: false, questions: false}
How much: {variations: 2}
Quality: {votes: 1, coverage: false, fill_gaps: false}
Training:
  training: {base_model: new, epochs: 1, sequence_length: 256, batch_tokens: 1024}
`;

async function finishedData(service: Service): Promise<string> {
  service.project.write("configs/lamp.yaml", LAMP);
  const id = await service.startRun({ config: "lamp.yaml", name: "Lamp data" });
  await service.waitForRun(id, ["completed"], 60);
  return id;
}

/** Any other trouble with torch than that it is not there is the test's to find. */
async function hasTorch(): Promise<boolean> {
  const said = await promisify(execFile)(python(), ["-c", "import torch"]).then(() => "", String);
  return !said.includes("No module named 'torch'");
}

const completed = (page: Page, name: string) => expect(page).toHaveTitle(new RegExp(`^Completed: ${name}\\b`), STEP);

const goTo = (page: Page, name: string) => page.getByRole("navigation", { name: "Parts of the app" }).getByRole("link", { name, exact: true }).click();

test("a run's data becomes a model that is measured, exported, served and talked with", async ({ page, service }) => {
  test.skip(!(await hasTorch()), "The service's Python has no torch: install requirements-training.txt to train in tests.");
  test.setTimeout(900_000);
  const data = await finishedData(service);

  await test.step("train on it", async () => {
    await page.goto(`/runs/${data}`);
    await page.getByRole("button", { name: "Train on this" }).click();
    const dialog = page.getByRole("dialog", { name: "Train on this" });
    const stages = dialog.getByRole("table", { name: "Stages of the training" });
    await expect(stages.getByRole("row", { name: /^pretraining_run: pretraining/ })).toBeVisible();
    await expect(stages.getByRole("row", { name: /^sft_run: supervised/ })).toBeVisible();
    await expect(dialog.getByLabel("Start from")).toHaveValue("new"); // as the data says
    await expect(dialog.getByLabel("Evaluate before and after")).toBeChecked();
    await expect(dialog.getByLabel("Export for llama.cpp and Ollama")).toBeChecked();
    await checkAccessibility(page);
    await dialog.getByRole("button", { name: "Start training" }).click();
    await expect(page.getByText("Its config is configs/train/lamp.yaml.")).toBeVisible();
    await expect(page).not.toHaveURL(new RegExp(data));
    await expect(page.getByRole("heading", { level: 1, name: "lamp" })).toBeVisible();
  });

  await test.step("see how it learns", async () => {
    await page.getByRole("navigation", { name: "Parts of this run" }).getByRole("link", { name: "Training" }).click(STEP);
    await expect(page.getByRole("row", { name: /^1 pretraining/ })).toContainText(/step \d+ of \d+/);
    await expect(page.getByRole("img", { name: /^Loss over the steps/ })).toBeVisible();
    await completed(page, "lamp");
    await expect(page.getByRole("row", { name: /^2 supervised/ })).toContainText("step 1 of 1");
  });

  await test.step("evaluation and export follow by themselves", async () => {
    await page.getByRole("link", { name: "The next run has been started" }).click(STEP);
    await expect(page.getByRole("heading", { level: 1, name: "lamp-evaluate" })).toBeVisible();
    await completed(page, "lamp-evaluate");
    await goTo(page, "Runs");
    await page.getByRole("link", { name: "lamp-export" }).click();
    await completed(page, "lamp-export");
  });

  await test.step("the model is there, with its figures", async () => {
    await goTo(page, "Models");
    const item = page.getByRole("list", { name: "Models" }).getByRole("listitem").filter({ has: page.getByText(MODEL, { exact: true }) });
    await expect(item).toContainText(/clean questions: exact match \d+ % to \d+ %/);
    await expect(item).toContainText(/[1-9] exports?/);
    await item.getByRole("link", { name: "lamp", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "lamp" })).toBeVisible();
    await expect(page.getByRole("list", { name: "Figures before and after" })).toContainText("clean questions: exact match");
    await expect(page.getByRole("region", { name: "Answers" }).getByText("Expected").first()).toBeVisible();
    await expect(page.getByRole("region", { name: "Files" }).getByRole("link", { name: /lamp-export\/.+\.gguf$/ }).first()).toBeVisible();
    await checkAccessibility(page);
  });

  await test.step("serve it", async () => {
    await page.getByRole("button", { name: "Serve", exact: true }).click();
    await expect(page.getByRole("button", { name: "Stop serving" })).toBeVisible();
    await expect(page.getByText("It answers")).toBeVisible(STEP);
  });

  await test.step("talk with it", async () => {
    await page.getByRole("region", { name: "Talk with it" }).getByRole("link", { name: "Chat", exact: true }).click();
    await expect(page.getByRole("combobox", { name: "Model" }).locator("option:checked")).toHaveText("lamp");
    const question = page.getByRole("textbox", { name: "Your question" });
    await question.fill("Who keeps the lamp?");
    const streaming = page.waitForResponse((response) => new URL(response.url()).pathname === "/api/chat");
    await question.press("Enter");
    expect((await streaming).headers()["content-type"]).toContain("text/event-stream");
    const answer = page.getByRole("article", { name: "Answer of lamp" });
    await expect(answer.getByRole("button", { name: "Good answer" })).toBeVisible(STEP); // ended, and kept
    await expect(answer).toContainText(/[1-9]\d* tokens/);
    await expect(answer.getByRole("alert")).toHaveCount(0);
  });

  await test.step("stop serving", async () => {
    await goTo(page, "Models");
    await page.getByRole("listitem").filter({ hasText: "served" }).getByRole("link", { name: "lamp", exact: true }).click();
    await page.getByRole("button", { name: "Stop serving" }).click();
    await expect(page.getByText("It is not served.")).toBeVisible(STEP);
    await expect(page.getByRole("button", { name: "Serve", exact: true })).toBeVisible();
  });
});
