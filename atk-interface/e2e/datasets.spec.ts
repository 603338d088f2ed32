import type { Page } from "@playwright/test";
import { checkAccessibility } from "./support/accessibility";
import { settled } from "./support/page-state";
import type { Service } from "./support/service";
import { expect, test } from "./support/test";

const FINETUNE = `# Training on this folder
pipeline: train-pipeline
base_model: new
stages:
- kind: supervised
  folder: \${HERE}
  chat_template: chatml
  batch_tokens: 100
  epochs: 3
  data:
  - {file: chat.jsonl, format: messages}
`;

const said = (question: string, answer: string) =>
  JSON.stringify({
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: answer },
    ],
  });

/** A run of the command line that has made pairs, and a folder that is ready to train on. */
async function lampRun({ project, api }: Service): Promise<void> {
  const rows = `${said("Who kept the lamp?", "Marit Solheim.")}\n${said("Since when?", "Since 1871.")}\n`;
  const listed = [
    { name: "pairs", file: "datasets/pairs.jsonl", format: "messages", rows: 2, tokens: 40, lengths: [[0, 16, 1], [16, 32, 1]] },
    { name: "chat", file: "sft_run/chat.jsonl", format: "messages", rows: 2, tokens: 400 },
  ];
  project.write("outputs/lamp/datasets/pairs.jsonl", rows);
  project.write("outputs/lamp/sft_run/chat.jsonl", rows);
  project.write("outputs/lamp/sft_run/finetune.yaml", FINETUNE);
  project.write("outputs/lamp/summary.json", JSON.stringify({ datasets: listed }));
  project.write("outputs/lamp/run.json", JSON.stringify({ status: "completed", pipeline: "factual-datagen-pipeline", config: { output_dir: "outputs/lamp" } }));
  await expect.poll(async () => (await api.GET("/api/datasets")).data?.items.map(({ name }) => name).toSorted()).toEqual(["pairs", "sft_run"]);
}

test("without a finished run, the page says how to come to data", async ({ page }) => {
  await page.goto("/datasets");
  await expect(page.getByText("No datasets yet")).toBeVisible();
  await expect(page.getByRole("link", { name: "Make data about your documents" })).toHaveAttribute("href", "/pipelines/factual-datagen-pipeline");
});

/** What a click downloads. */
async function brought(page: Page, click: () => Promise<void>): Promise<string> {
  const waiting = page.waitForEvent("download");
  await click();
  const stream = await (await waiting).createReadStream();
  let text = "";
  for await (const part of stream) text += (part as Buffer).toString("latin1");
  return text;
}

test("datasets are found, looked at, and taken away in another layout", async ({ page, service }) => {
  await lampRun(service);
  await page.goto("/datasets");
  const list = page.getByRole("list", { name: "Datasets" });
  await expect(list.getByRole("listitem").filter({ hasText: "sft_run" })).toContainText("12 steps");
  await page.getByLabel("Find a dataset by name, run or format").fill("pairs lamp");
  await expect(list.getByRole("listitem")).toHaveCount(1);
  await checkAccessibility(page);

  await list.getByRole("link", { name: "pairs" }).click();
  await expect(page.getByRole("heading", { name: "pairs", level: 1 })).toBeVisible();
  await expect(page.getByText("Marit Solheim.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Lengths" })).toContainText("16 to 31");
  await page.getByLabel("In another layout").selectOption("sharegpt");
  const text = await brought(page, () => page.getByRole("link", { name: "Export" }).click());
  expect(JSON.parse(text.split("\n")[0] ?? "")).toMatchObject({ conversations: [{ from: "human", value: "Who kept the lamp?" }, { from: "gpt" }] });
  const parquet = await brought(page, () => page.getByRole("link", { name: "Download as Parquet" }).click());
  expect([parquet.slice(0, 4), parquet.slice(-4)]).toEqual(["PAR1", "PAR1"]);
  await checkAccessibility(page);
});

test("two clicks lead from a finished run to a queued training, and what is to follow waits when that fails", async ({ page, service }) => {
  await lampRun(service);
  const { data } = await service.api.GET("/api/runs");
  const lamp = data?.items.find(({ folder }) => folder === "outputs/lamp");
  await page.goto(`/runs/${lamp?.id}`);
  await settled(page);
  await page.getByRole("button", { name: "Train on this" }).click();
  const dialog = page.getByRole("dialog", { name: "Train on this" });
  await expect(dialog.getByRole("row", { name: /sft_run: supervised/ })).toContainText("12");
  await expect(dialog.getByText("give only 12 optimiser steps")).toBeVisible();
  await expect(dialog.getByLabel("Start from")).toHaveValue("new");
  await checkAccessibility(page);
  await dialog.getByLabel("Start from").fill("models/nowhere");
  await dialog.getByRole("button", { name: "Start training" }).click();

  await expect(page.getByRole("link", { name: "train-pipeline" })).toBeVisible();
  const config = service.project.read("configs/train/lamp.yaml");
  expect(config).toContain("pipeline: train-pipeline");
  expect(config).toContain("base_model: models/nowhere");
  expect(service.project.read("configs/train/lamp-evaluate.yaml")).toContain("evaluate-pipeline");
  expect(service.project.read("configs/train/lamp-export.yaml")).toContain("export-pipeline");
  const started = await service.api.GET("/api/runs", { params: { query: { tag: "training" } } });
  expect(started.data?.items.map(({ pipeline, folder }) => [pipeline, folder])).toEqual([["train-pipeline", "outputs/train/lamp"]]);

  const following = page.getByRole("region", { name: "What follows" });
  await expect(page.getByText("It stopped because of this")).toBeVisible({ timeout: 60_000 });
  await expect(following).toContainText("Not started: train/lamp-evaluate.yaml, then train/lamp-export.yaml");
  await expect(following).toContainText("This run has failed; resume it");
  await checkAccessibility(page);
  await page.goto("/runs");
  await expect(page.getByText("2 waiting for it")).toBeVisible();
});
