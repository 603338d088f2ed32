/**
 * The look of the night workshop. Load it lazily: nothing here is needed to read or to start a run.
 *
 *   <WorkshopBackground run={run} last={{hue, motif}} />   run: WorkshopRun, none when nothing runs; once, in the shell
 *   <SparkBar value={12} max={80} state="running" hue={95} label="Questions" />
 *   <Motif hue={95} motif="lamp" size={48} className="..." />
 *   <StepGraph stages={stages} hue={95} label="Steps of factual-gen-indiv" />
 *   if (await onceFor(run.id)) await fireworks({ hue: 95, origin: { x: 700, y: 400 } })
 *
 * Text is kept free of motion by marking what holds it: <section data-quiet>.
 */
export { WorkshopBackground, type WorkshopBackgroundProps } from "./workshop-background";
export { SparkBar, type SparkBarProps } from "./spark-bar";
export { Motif, type MotifProps } from "./motif";
export { StepGraph, type StepGraphProps } from "./step-graph";
export { fireworks, type FireworksOptions } from "./fireworks";
export { onceFor } from "./once";
export type { Count, RunState, StageFigures, StageState, StepFigures, WorkshopRun } from "./model";
