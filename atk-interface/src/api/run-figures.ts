import type { Figures, Run, RunDetails, StageFunnel, StepFunnel } from "@/api/schema";

export type Spent = Pick<Figures, "calls" | "reused" | "input_tokens" | "output_tokens" | "cost">;

/** What a run has spent by now: its newest progress says it while it goes on, its figures when it has ended. */
export function spentOf({ figures, progress }: Run): Spent {
  const isNewer = progress && progress.calls + progress.reused >= figures.calls + figures.reused;
  return isNewer ? progress : figures;
}

type Outcome = "dropped" | "failed";

const WITHOUT_ROWS = /^(train|evaluate|export|grpo-rl)-pipeline$|-server$/;

/** Whether a run is there to make rows: those of models make a model, a measurement, an export or an address. */
export const makesRows = ({ pipeline, figures }: Pick<Run, "pipeline" | "figures">): boolean => figures.rows > 0 || !WITHOUT_ROWS.test(pipeline);

export const totalOf = (counts: Readonly<Record<string, number>> | undefined): number =>
  Object.values(counts ?? {}).reduce((sum, each) => sum + each, 0);

const inSteps = (steps: readonly StepFunnel[] | undefined, kind: Outcome): number =>
  (steps ?? []).reduce((sum, step) => sum + totalOf(step[kind]), 0);

/** Records that failed so far: the service's own count where the run has ended, else those of the stage at work. */
export const failedOf = (run: Run): number => Math.max(run.figures.failed, inSteps(run.progress?.steps, "failed"));

/** Records of all stages that were dropped or failed, the stage at work included. */
export function lostOf(run: Pick<RunDetails, "stages" | "progress">, kind: Outcome): number {
  const isFinished = run.stages.some(({ name }: StageFunnel) => name === run.progress?.stage);
  const atWork = isFinished ? 0 : inSteps(run.progress?.steps, kind);
  return run.stages.reduce((sum, stage) => sum + inSteps(stage.steps, kind), atWork);
}

/** Seconds of work, or of waiting, so far: to its end, or to `now`. */
export function secondsOf(run: Run, now: number): number {
  if (run.state === "completed" && run.figures.seconds > 0) return run.figures.seconds;
  if (!run.started) return 0;
  const isOver = run.ended >= run.started;
  return Math.max(0, (isOver ? run.ended : now) - run.started);
}
