import { expect, it } from "vitest";
import { celebrationKey, isWorthCelebrating } from "@/features/runs/celebration";

const figures = { rows: 10, calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0, failed: 0, dropped: 0, seconds: 0 };
const run = { id: "a", pipeline: "example-pipeline", state: "completed", ended: 1000, figures } as const;

it("celebrates a run that was seen to be completed, whatever this computer's clock says", () => {
  expect(isWorthCelebrating(run, "running", 99_999)).toBe(true);
});
it("celebrates one that was completed a moment ago, elsewhere", () => {
  expect(isWorthCelebrating(run, undefined, 1060)).toBe(true);
});
it("leaves old ones alone", () => {
  expect(isWorthCelebrating(run, undefined, 1000 + 3600)).toBe(false);
  expect(isWorthCelebrating(run, "completed", 1000 + 3600)).toBe(false);
});
it("does not celebrate what is not completed, is empty, or failed for the most part", () => {
  expect(isWorthCelebrating({ ...run, state: "failed" }, "running", 1000)).toBe(false);
  expect(isWorthCelebrating({ ...run, figures: { ...figures, rows: 0 } }, "running", 1000)).toBe(false);
  expect(isWorthCelebrating({ ...run, figures: { ...figures, failed: 11 } }, "running", 1000)).toBe(false);
});
it("celebrates a trained model, which is no row", () => {
  expect(isWorthCelebrating({ ...run, pipeline: "train-pipeline", figures: { ...figures, rows: 0 } }, "running", 1000)).toBe(true);
});
it("has one key for each completion", () => {
  expect(celebrationKey(run)).toBe(celebrationKey({ ...run, ended: 1000.2 }));
  expect(celebrationKey(run)).not.toBe(celebrationKey({ ...run, ended: 2000 }));
});
