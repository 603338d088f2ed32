import { expect, it } from "vitest";
import type { DatasetEntry } from "@/api/schema";
import { inTrainingOrder, notesOn } from "@/components/training/training-notes";

const folder = (name: string, stage: string, steps: number): DatasetEntry => ({
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
  expected_steps: steps,
  base_model: "",
  created: 0,
});

it("warns of stages with too few steps, and of no others: 0 is not known", () => {
  const notes = notesOn([folder("few", "supervised", 3), folder("one", "supervised", 1), folder("enough", "supervised", 50), folder("unknown", "supervised", 0)]);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toMatch(/^few: only 3 steps/);
  expect(notes[1]).toMatch(/^one: only 1 step /);
});

it("lists stages as they are trained", () => {
  expect(inTrainingOrder([folder("talk", "supervised", 9), folder("facts", "pretraining", 9)]).map(({ name }) => name)).toEqual(["facts", "talk"]);
});
