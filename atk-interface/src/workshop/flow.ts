import { hasFigures, type StepFigures, total, type WorkshopRun } from "./model";
import { between, type Random } from "./random";
import { type Point, pointAt, type Route } from "./route";
import { activeSteps, brokenStep, beadsPerSecond, mostBeads, sameSteps, secondsPerStep, shareOut } from "./traffic";

export type BeadKind = "none" | "walking" | "dropped" | "failed" | "spark";

/** One light. Beads are made once and used again: a frame allocates nothing. */
export interface Bead {
  kind: BeadKind;
  /** Segment of the route, and how far through it, 0 to 1. */
  segment: number;
  along: number;
  pace: number;
  sway: number;
  /** How far along the route, in pixels: the tail lies behind it. */
  distance: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  age: number;
  life: number;
}

/** What is still to be shown falling at a step: as many beads as the service counted records. */
interface Owed {
  dropped: number;
  failed: number;
  waited: number;
}

const gravity = { dropped: 46, failed: 130, spark: 300 };

/** The beads of light on the graph of a run: where they are, not how they look. */
export class Flow {
  readonly beads: Bead[] = Array.from({ length: mostBeads }, () => ({
    kind: "none", segment: 0, along: 0, pace: 1, sway: 0, distance: 0, x: 0, y: 0, vx: 0, vy: 0, age: 0, life: 1,
  }));
  /** Records being worked on at each step; the orbits around the steps show them. */
  busy: number[] = [];
  /** A wave of light that runs once along a completed run; 1 when it has passed. */
  wave = 1;

  private run: WorkshopRun | undefined;
  private steps: StepFigures[] = [];
  private owed: Owed[] = [];
  /** First and last of the steps that records go through now, counted through all stages. */
  first = 0;
  last = -1;
  private due = 0;
  private readonly at: Point = { x: 0, y: 0 };
  private route: Route;
  private readonly random: Random;

  constructor(route: Route, random: Random) {
    this.route = route;
    this.random = random;
  }

  layAgain(route: Route): void {
    this.route = route;
  }

  /** Takes in the newest figures. What was lost since the last ones will be seen to fall. */
  observe(run: WorkshopRun): void {
    const before = this.steps;
    const same = this.run !== undefined && sameSteps(this.run.stages, run.stages);
    this.steps = run.stages.flatMap((stage) => stage.steps);
    [this.first, this.last] = activeSteps(run.stages);
    this.busy = shareOut(run, this.first, this.last);
    if (same) this.owe(before, run.rate);
    else this.restart();
    if (same && this.run?.state !== run.state) this.turn(run.state);
    this.run = run;
  }

  private restart(): void {
    this.owed = this.steps.map(() => ({ dropped: 0, failed: 0, waited: 0 }));
    for (const bead of this.beads) bead.kind = "none";
    this.wave = 1;
  }

  private owe(before: readonly StepFigures[], rate: number): void {
    const worth = beadsPerSecond(rate) / Math.max(rate, 0.001);
    this.steps.forEach((step, index) => {
      const [old, owed] = [before[index], this.owed[index]];
      if (!old || !owed || !hasFigures(old)) return;
      const dropped = total(step.dropped) - total(old.dropped);
      const failed = total(step.failed) - total(old.failed);
      const share = rate > 6 ? worth : 1;
      if (dropped > 0) owed.dropped = Math.min(12, owed.dropped + Math.max(1, dropped * share));
      if (failed > 0) owed.failed = Math.min(12, owed.failed + Math.max(1, failed * share));
    });
  }

  private turn(state: WorkshopRun["state"]): void {
    if (state === "completed") this.wave = 0;
    if (state !== "failed") return;
    const step = brokenStep(this.steps, this.first, this.last);
    for (const bead of this.beads) if (bead.kind === "walking") this.fall(bead, "dropped", step);
    for (let count = 0; count < 70; count++) this.spark(step);
  }

  /** Moves everything on by so many seconds. False: nothing moves any more. */
  step(seconds: number): boolean {
    const { run } = this;
    if (!run) return false;
    const paused = run.state === "paused";
    if (run.state === "running") this.sendOff(seconds, run.rate);
    if (this.wave < 1) this.wave = Math.min(1, this.wave + seconds / 2.4);
    const time = secondsPerStep(run.rate, this.last - this.first + 2);
    let moves = run.state === "running" || paused || run.state === "queued" || this.wave < 1;
    for (const bead of this.beads) {
      if (bead.kind === "none") continue;
      moves = true;
      bead.age += seconds;
      if (bead.kind !== "walking") this.tumble(bead, seconds);
      else if (!paused) this.walk(bead, seconds / time);
    }
    return moves;
  }

  private sendOff(seconds: number, rate: number): void {
    if (this.last < this.first) return;
    this.due = Math.min(4, this.due + seconds * beadsPerSecond(rate));
    while (this.due >= 1) {
      this.due -= 1;
      const bead = this.free();
      if (bead) this.start(bead);
    }
    for (let step = 0; step < this.owed.length; step++) {
      const owed = this.owed[step];
      if (!owed || (owed.dropped < 1 && owed.failed < 1)) continue;
      owed.waited += seconds;
      // Nothing came by to fall in its place: it falls from the step itself.
      const bead = owed.waited < 0.5 ? undefined : this.free();
      if (bead) this.settle(bead, step, owed);
    }
  }

  private start(bead: Bead): void {
    bead.kind = "walking";
    bead.segment = this.first;
    bead.along = 0;
    bead.pace = between(this.random, 0.86, 1.16);
    bead.sway = between(this.random, -1, 1) * 3.5;
    bead.age = 0;
  }

  private walk(bead: Bead, share: number): void {
    const { marks } = this.route;
    bead.along += share * bead.pace;
    if (bead.along >= 1) {
      const owed = this.owed[bead.segment];
      if (owed && bead.segment <= this.last && (owed.failed >= 1 || owed.dropped >= 1)) {
        this.settle(bead, bead.segment, owed);
        return;
      }
      bead.segment += 1;
      bead.along -= 1;
      if (bead.segment > this.last + 1 || bead.segment >= marks.length - 1) {
        bead.kind = "none";
        return;
      }
    }
    const [from, to] = [marks[bead.segment] ?? 0, marks[bead.segment + 1] ?? 0];
    // Slower near a step, as if it stopped there to be worked on.
    const t = bead.along + Math.sin(bead.along * Math.PI * 2) * -0.09;
    bead.distance = from + (to - from) * t;
    pointAt(this.route, bead.distance, this.at);
    const spread = bead.sway * Math.sin(bead.along * Math.PI);
    bead.x = this.at.x + spread;
    bead.y = this.at.y + spread;
  }

  private settle(bead: Bead, step: number, owed: Owed): void {
    const failed = owed.failed >= 1;
    if (failed) owed.failed -= 1;
    else owed.dropped -= 1;
    owed.waited = 0;
    this.fall(bead, failed ? "failed" : "dropped", step, bead.kind === "walking" ? undefined : this.placeOf(step));
  }

  private fall(bead: Bead, kind: "dropped" | "failed", step: number, from?: Point): void {
    const way = this.route.falls[step] ?? { x: 0, y: 1 };
    if (from) [bead.x, bead.y] = [from.x, from.y];
    bead.kind = kind;
    bead.vx = way.x * between(this.random, 8, 20) + between(this.random, -7, 7);
    bead.vy = between(this.random, -10, 8);
    bead.age = 0;
    bead.life = between(this.random, 1.3, 2) * (kind === "failed" ? 0.8 : 1);
  }

  private spark(step: number): void {
    const bead = this.free();
    if (!bead) return;
    const place = this.placeOf(step);
    const angle = between(this.random, -Math.PI, 0);
    const force = between(this.random, 30, 190);
    Object.assign(bead, { kind: "spark", x: place.x, y: place.y, vx: Math.cos(angle) * force * 0.7, vy: Math.sin(angle) * force, age: 0, life: between(this.random, 0.8, 1.9) });
  }

  private tumble(bead: Bead, seconds: number): void {
    if (bead.age >= bead.life) {
      bead.kind = "none";
      return;
    }
    const drag = Math.exp(-0.7 * seconds);
    bead.vy += gravity[bead.kind === "failed" || bead.kind === "spark" ? bead.kind : "dropped"] * seconds;
    bead.vx *= drag;
    bead.x += bead.vx * seconds;
    bead.y += bead.vy * seconds;
  }

  private placeOf(step: number): Point {
    pointAt(this.route, this.route.marks[step + 1] ?? 0, this.at);
    return this.at;
  }

  private free(): Bead | undefined {
    for (const bead of this.beads) if (bead.kind === "none") return bead;
    return undefined;
  }
}
