import type { MotifId } from "@/lib/pipeline-hue";

/** How many, or how many by reason, as the service counts them. */
export type Count = number | Readonly<Record<string, number>>;

export interface StepFigures {
  readonly name: string;
  readonly in?: number;
  readonly kept?: number;
  readonly dropped?: Count;
  readonly failed?: Count;
}

export type StageState = "done" | "active" | "waiting";

export interface StageFigures {
  readonly name: string;
  readonly state?: StageState;
  readonly steps: readonly StepFigures[];
}

export type RunState = "queued" | "running" | "paused" | "completed" | "failed" | "cancelled" | "lost";

/** What the background needs to know of a run. */
export interface WorkshopRun {
  readonly hue: number;
  readonly motif?: MotifId;
  readonly stages: readonly StageFigures[];
  /** Records per second. */
  readonly rate: number;
  /** Calls in flight. */
  readonly concurrency: number;
  readonly state: RunState;
}

export function total(count: Count | undefined): number {
  if (count === undefined) return 0;
  if (typeof count === "number") return count;
  let sum = 0;
  for (const reason in count) sum += count[reason] ?? 0;
  return sum;
}

/** Records that have entered a step and not left it. */
export function inFlight(step: StepFigures): number {
  return Math.max(0, (step.in ?? 0) - (step.kept ?? 0) - total(step.dropped) - total(step.failed));
}

export function hasFigures(step: StepFigures): boolean {
  return step.in !== undefined;
}

/** Changes exactly when the drawing of the graph must: not with every number. */
export function shapeOf(run: WorkshopRun | undefined): string {
  if (!run) return "idle";
  const stages = run.stages.map((stage) => `${stage.name}:${stage.state ?? ""}:${stage.steps.map((step) => step.name).join(",")}`);
  return `${run.state}|${String(run.hue)}|${stages.join("|")}`;
}
