import { totalOf } from "@/api/run-figures";
import type { PipelineStage, RunDetails, StageFunnel, StepFunnel } from "@/api/schema";

export interface Reason {
  text: string;
  count: number;
}

/** Parts of a whole between 0 and 1; together never more than 1. */
export interface Shares {
  kept: number;
  dropped: number;
  failed: number;
  atWork: number;
}

/** What became of the records that entered a step. */
export interface FunnelStep {
  name: string;
  /** Null while the step waits: nothing is known yet. */
  figures: { entered: number; kept: number; made: number; dropped: number; failed: number; atWork: number } | null;
  dropped: Reason[];
  failed: Reason[];
  /** Of the records that entered. */
  shares: Shares;
  /** Its records as a share of those of the busiest step of the stage. */
  width: number;
}

/** `stopped`: it was at work when the run stopped. */
export type FunnelStageState = "done" | "active" | "stopped" | "waiting";

export interface FunnelStage {
  name: string;
  /** Of a composed pipeline: the part that the stage belongs to. */
  part: string;
  /** Without the part. */
  title: string;
  state: FunnelStageState;
  /** Inputs that are through, of how many; null where nobody knows. */
  done: number;
  total: number | null;
  recordsIn: number;
  recordsOut: number;
  dropped: number;
  failed: number;
  seconds: number;
  steps: FunnelStep[];
}

type FunnelRun = Pick<RunDetails, "stages" | "progress" | "state" | "pipeline">;

/** The stages of a run in the order in which they came: finished ones, the one at work, and before all that the planned ones. */
export function funnelOf(run: FunnelRun, plan: readonly PipelineStage[] = []): FunnelStage[] {
  const finished = run.stages.map(finishedStage);
  const active = activeStage(run);
  const begun = active ? [...finished, active] : finished;
  return begun.length || run.state === "completed" ? begun : plan.filter(hasSteps).map(plannedStage);
}

/** Datasets that are written have no funnel. */
const hasSteps = ({ kind }: PipelineStage): boolean => kind !== "write";

function finishedStage(stage: StageFunnel): FunnelStage {
  const steps = stepsOf(stage.steps ?? []);
  const [recordsIn, recordsOut] = [whole(stage.records_in), whole(stage.records_out)];
  return { ...named(stage.name), state: "done", done: recordsIn, total: recordsIn, recordsIn, recordsOut, ...lost(steps), seconds: stage.seconds, steps };
}

function activeStage({ progress, stages, state, pipeline }: FunnelRun): FunnelStage | undefined {
  if (!progress?.stage || stages.some(({ name }) => name === progress.stage)) return undefined;
  const steps = stepsOf(progress.steps ?? []);
  // A pipeline that loops by itself tells per cents under its own name: that is no stage of records.
  if (steps.length === 0 && progress.stage === pipeline) return undefined;
  const recordsIn = steps[0]?.figures?.entered ?? whole(progress.done);
  const recordsOut = steps.at(-1)?.figures?.made ?? 0;
  return {
    ...named(progress.stage),
    state: state === "running" ? "active" : "stopped",
    done: whole(progress.done),
    total: progress.total ?? null,
    recordsIn,
    recordsOut,
    ...lost(steps),
    seconds: 0,
    steps,
  };
}

const plannedStage = ({ stage, steps = [] }: PipelineStage): FunnelStage => ({
  ...named(stage),
  state: "waiting",
  done: 0,
  total: null,
  recordsIn: 0,
  recordsOut: 0,
  dropped: 0,
  failed: 0,
  seconds: 0,
  steps: steps.map((name) => ({ name, figures: null, dropped: [], failed: [], shares: NO_SHARES, width: 0 })),
});

const NO_SHARES: Shares = { kept: 0, dropped: 0, failed: 0, atWork: 0 };

/** "questions: openended" -> part "questions", title "openended". */
function named(name: string): { name: string; part: string; title: string } {
  const place = name.indexOf(": ");
  return place > 0 ? { name, part: name.slice(0, place), title: name.slice(place + 2) } : { name, part: "", title: name };
}

function lost(steps: readonly FunnelStep[]): { dropped: number; failed: number } {
  return {
    dropped: steps.reduce((sum, step) => sum + (step.figures?.dropped ?? 0), 0),
    failed: steps.reduce((sum, step) => sum + (step.figures?.failed ?? 0), 0),
  };
}

function stepsOf(steps: readonly StepFunnel[]): FunnelStep[] {
  const widest = Math.max(1, ...steps.map(wholeOf));
  return steps.map((step) => stepOf(step, widest));
}

/** Records that entered; never fewer than those that came out of it, whatever is written. */
const wholeOf = ({ in: entered, kept, dropped, failed }: StepFunnel): number =>
  Math.max(whole(entered), whole(kept) + totalOf(dropped) + totalOf(failed));

function stepOf(step: StepFunnel, widest: number): FunnelStep {
  const all = wholeOf(step);
  const [kept, dropped, failed] = [whole(step.kept), totalOf(step.dropped), totalOf(step.failed)];
  const atWork = Math.max(0, all - kept - dropped - failed);
  const share = (part: number) => (all ? part / all : 0);
  return {
    name: step.name,
    figures: { entered: whole(step.in), kept, made: whole(step.made), dropped, failed, atWork },
    dropped: reasonsOf(step.dropped),
    failed: reasonsOf(step.failed),
    shares: { kept: share(kept), dropped: share(dropped), failed: share(failed), atWork: share(atWork) },
    width: all / widest,
  };
}

const reasonsOf = (counts: Readonly<Record<string, number>> = {}): Reason[] =>
  Object.entries(counts)
    .map(([text, count]) => ({ text, count }))
    .sort((one, other) => other.count - one.count);

const whole = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0);
