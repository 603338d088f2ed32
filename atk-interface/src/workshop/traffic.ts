import { inFlight, type StageFigures, type StepFigures, total, type WorkshopRun } from "./model";

/** As many lights as there can be at once. */
export const mostBeads = 240;

/** Beads sent off a second. Up to six a second each bead is one record; above that, the number grows more slowly. */
export function beadsPerSecond(rate: number): number {
  if (!(rate > 0)) return 0;
  return rate <= 6 ? rate : Math.min(18, 6 + Math.log2(rate / 6) * 2.4);
}

/** Seconds a bead takes from one step to the next: the faster the run, the faster they walk. */
export function secondsPerStep(rate: number, segments: number): number {
  const wish = 2.6 / (1 + Math.log2(1 + Math.max(0, rate)) * 0.45);
  return Math.min(wish, (mostBeads * 0.8) / (Math.max(0.1, beadsPerSecond(rate)) * Math.max(1, segments)));
}

export function sameSteps(one: readonly StageFigures[], other: readonly StageFigures[]): boolean {
  const names = (stages: readonly StageFigures[]): string => stages.map((stage) => stage.name + stage.steps.map((step) => step.name).join()).join("|");
  return names(one) === names(other);
}

/** First and last step of the stages at work, counted through all stages; [0, -1] when none is. */
export function activeSteps(stages: readonly StageFigures[]): [number, number] {
  let [first, last, at] = [0, -1, 0];
  for (const stage of stages) {
    if (stage.state === "active") {
      if (last < first) first = at;
      last = at + stage.steps.length - 1;
    }
    at += stage.steps.length;
  }
  return [first, last];
}

/** The calls in flight, shared out over the steps that hold records. */
export function shareOut(run: WorkshopRun, first: number, last: number): number[] {
  const steps = run.stages.flatMap((stage) => stage.steps);
  const held = steps.map((step, index) => (index >= first && index <= last ? inFlight(step) : 0));
  const sum = held.reduce((whole, part) => whole + part, 0);
  const flying = run.state === "running" ? run.concurrency : 0;
  return held.map((part) => (sum > 0 ? Math.min(part, Math.ceil((flying * part) / sum), 14) : 0));
}

/** Where a failed run broke off: the step at work that lost most, else the first that still held records. */
export function brokenStep(steps: readonly StepFigures[], first: number, last: number): number {
  let [found, most] = [-1, 0];
  for (let index = first; index <= last; index++) {
    const step = steps[index];
    if (!step) continue;
    const lost = total(step.failed);
    if (lost > most || (found < 0 && inFlight(step) > 0)) [found, most] = [index, lost];
  }
  return found < 0 ? Math.max(0, Math.min(first, steps.length - 1)) : found;
}
