import { expect, it } from "vitest";
import type { DatasetEntry } from "@/api/schema";
import { inTrainingOrder, notesOn } from "@/components/training/training-notes";

const folder = (name: string, stage: string, note = ""): DatasetEntry => ({
  kind: "training",
  run: "0123456789abcdef",
  run_name: "lamp",
  pipeline: "factual-datagen-pipeline",
  name,
  file: name,
  path: `outputs/lamp/${name}`,
  format: "messages",
  rows: 10,
  tokens: 1000,
  size: 4000,
  parquet: false,
  stage,
  expected_steps: 9,
  note,
  base_model: "",
  created: 0,
});

it("says of each stage what the service has to say of it, if anything", () => {
  expect(notesOn([folder("few", "supervised", "Too few steps."), folder("enough", "supervised")])).toEqual(["few: Too few steps."]);
});

it("lists stages as they are trained", () => {
  expect(inTrainingOrder([folder("talk", "supervised"), folder("facts", "pretraining")]).map(({ name }) => name)).toEqual(["facts", "talk"]);
});
