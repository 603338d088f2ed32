import { makesRows } from "@/api/run-figures";
import type { RunDetails, TrainingCurve } from "@/api/schema";
import { stateWord } from "@/components/state-badge";
import { count, counted, small } from "@/lib/format";

/** What a training has come to: all its steps, and the loss at their end. Empty before the first step. */
export function stepsInWords(stages: readonly Pick<TrainingCurve, "latest">[]): string {
  const steps = stages.reduce((sum, { latest }) => sum + latest.step, 0);
  const loss = stages.at(-1)?.latest.loss;
  if (steps === 0) return "";
  return typeof loss === "number" ? `${counted(steps, "step")}, loss ${small(loss)}` : counted(steps, "step");
}

/** How a run has ended, in a sentence to be read out. */
export function endInWords(run: Pick<RunDetails, "state" | "stopping" | "name" | "pipeline" | "figures">, stages: readonly Pick<TrainingCurve, "latest">[]): string {
  const { rows, failed } = run.figures;
  if (run.state !== "completed") return `${run.name}: ${stateWord(run)}.`;
  const made = makesRows(run) ? `${counted(rows, "row")}, ${count(failed)} failed` : stepsInWords(stages);
  return made ? `${run.name} is completed: ${made}.` : `${run.name} is completed.`;
}
