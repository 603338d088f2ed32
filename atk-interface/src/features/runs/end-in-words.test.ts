import { expect, it } from "vitest";
import type { TrainingPoint } from "@/api/schema";
import { endInWords } from "@/features/runs/end-in-words";

const figures = { rows: 0, calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0, failed: 0, dropped: 0, seconds: 0 };
const run = { state: "completed", stopping: "", name: "lamp", pipeline: "train-pipeline", figures } as const;
const stage = (step: number, loss: number | null): { latest: TrainingPoint } => ({ latest: { step, loss } });

it("tells the rows of a run that makes rows, also that there are none", () => {
  expect(endInWords({ ...run, pipeline: "example-pipeline", figures: { ...figures, rows: 3, failed: 1 } }, [])).toBe("lamp is completed: 3 rows, 1 failed.");
  expect(endInWords({ ...run, pipeline: "example-pipeline" }, [])).toBe("lamp is completed: 0 rows, 0 failed.");
});

it("tells the steps of a training with its last loss, and nothing of rows", () => {
  expect(endInWords(run, [stage(20, 3.5), stage(10, 1.234)])).toBe("lamp is completed: 30 steps, loss 1.23.");
  expect(endInWords(run, [stage(1, null)])).toBe("lamp is completed: 1 step.");
  expect(endInWords({ ...run, pipeline: "evaluate-pipeline" }, [])).toBe("lamp is completed.");
});

it("says how any other run has ended", () => {
  expect(endInWords({ ...run, state: "failed" }, [stage(3, 1)])).toBe("lamp: Failed.");
});
