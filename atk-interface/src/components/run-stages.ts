import type { PipelineStage, RunDetails } from "@/api/schema";
import type { StageFigures } from "@/workshop/model";

/**
 * A run's stages as a graph: those finished, the one going on, and those its pipeline has still before it.
 *
 * What is to come is read off the pipeline's source (`plan`); a stage is known there by a name that may differ from the
 * one in the run, so no more stages are shown as waiting than the plan has beyond those begun.
 */
export function stagesOf(run: Pick<RunDetails, "stages" | "progress" | "state">, plan: readonly PipelineStage[] = []): StageFigures[] {
  const done: StageFigures[] = run.stages.map(({ name, steps = [] }) => ({ name, state: "done", steps }));
  const stage = run.progress?.stage;
  const begun = stage !== undefined && stage !== "" && !done.some(({ name }) => name === stage);
  const active: StageFigures[] = begun ? [{ name: stage, state: "active", steps: run.progress?.steps ?? [] }] : [];
  const known = [...done, ...active];
  if (run.state === "completed") return known;

  const mapped = plan.filter(({ kind }) => kind !== "write");
  const position = mapped.findLastIndex((one) => known.some(({ name }) => name === one.stage));
  const rest = mapped.slice(Math.max(position + 1, known.length));
  return [...known, ...rest.map(({ stage: name, steps = [] }): StageFigures => ({ name, state: "waiting", steps: steps.map((step) => ({ name: step })) }))];
}
