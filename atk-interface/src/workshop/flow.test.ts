import { describe, expect, it } from "vitest";
import { Flow } from "./flow";
import type { StepFigures, WorkshopRun } from "./model";
import { seeded } from "./random";
import { layRoute } from "./route";

const room = { width: 1440, height: 900, left: 200, right: 200, top: 64, start: 0, bottomFree: true };
const frame = 1 / 60;

function runOf(steps: readonly StepFigures[], change: Partial<WorkshopRun> = {}): WorkshopRun {
  return { hue: 90, stages: [{ name: "questions", state: "active", steps }], rate: 4, concurrency: 8, state: "running", ...change };
}

function flowOf(run: WorkshopRun): Flow {
  const flow = new Flow(layRoute(room, run.stages.map((stage) => stage.steps.length)), seeded(1));
  flow.observe(run);
  return flow;
}

function pass(flow: Flow, seconds: number): void {
  for (let time = 0; time < seconds; time += frame) flow.step(frame);
}

const kinds = (flow: Flow, kind: string): number => flow.beads.filter((bead) => bead.kind === kind).length;
const twoSteps = [{ name: "write", in: 10, kept: 6 }, { name: "check", in: 6, kept: 6 }];

describe("beads of light", () => {
  it("set off as often as records come through", () => {
    const flow = flowOf(runOf(twoSteps, { rate: 2 }));
    let seen = 0;
    let before = 0;
    for (let time = 0; time < 10; time += frame) {
      flow.step(frame);
      const young = flow.beads.filter((bead) => bead.kind === "walking" && bead.segment === 0 && bead.age < 0.3).length;
      if (young > before) seen += young - before;
      before = young;
    }
    expect(seen).toBeGreaterThanOrEqual(19);
    expect(seen).toBeLessThanOrEqual(20);
  });

  it("are none when the rate is nought", () => {
    const flow = flowOf(runOf(twoSteps, { rate: 0 }));
    pass(flow, 3);
    expect(kinds(flow, "walking")).toBe(0);
  });

  it("fall where the service has counted a dropped record, and flash where one failed", () => {
    const flow = flowOf(runOf(twoSteps));
    flow.observe(runOf([{ name: "write", in: 12, kept: 6, dropped: { "too short": 2 } }, { name: "check", in: 6, kept: 6, failed: 1 }]));
    const fallen = { dropped: 0, failed: 0 };
    const before = new Set<object>();
    for (let time = 0; time < 6; time += frame) {
      flow.step(frame);
      for (const bead of flow.beads) {
        if (bead.kind !== "dropped" && bead.kind !== "failed") before.delete(bead);
        else if (!before.has(bead)) {
          before.add(bead);
          fallen[bead.kind] += 1;
        }
      }
    }
    expect(fallen).toEqual({ dropped: 2, failed: 1 });
  });

  it("do not fall for what was lost before anybody looked", () => {
    const flow = flowOf(runOf([{ name: "write", in: 90, kept: 10, dropped: 80 }]));
    pass(flow, 4);
    expect(kinds(flow, "dropped")).toBe(0);
  });

  it("rest where they are while a run is paused", () => {
    const flow = flowOf(runOf(twoSteps));
    pass(flow, 3);
    flow.observe(runOf(twoSteps, { state: "paused" }));
    const places = flow.beads.map((bead) => [bead.x, bead.y]);
    expect(flow.step(frame)).toBe(true);
    pass(flow, 2);
    expect(flow.beads.map((bead) => [bead.x, bead.y])).toEqual(places);
    expect(kinds(flow, "walking")).toBeGreaterThan(0);
  });

  it("all fall when a run fails, once, and then nothing moves", () => {
    const flow = flowOf(runOf(twoSteps));
    pass(flow, 3);
    flow.observe(runOf(twoSteps, { state: "failed" }));
    expect(kinds(flow, "walking")).toBe(0);
    expect(kinds(flow, "spark")).toBeGreaterThan(40);
    pass(flow, 4);
    expect(flow.step(frame)).toBe(false);
    flow.observe(runOf(twoSteps, { state: "failed" }));
    expect(kinds(flow, "spark")).toBe(0);
  });

  it("leave a wave behind them when a run completes, and then nothing moves", () => {
    const flow = flowOf(runOf(twoSteps));
    pass(flow, 1);
    flow.observe({ ...runOf(twoSteps), state: "completed", stages: [{ name: "questions", state: "done", steps: twoSteps }] });
    expect(flow.wave).toBe(0);
    pass(flow, 12);
    expect(flow.wave).toBe(1);
    expect(flow.step(frame)).toBe(false);
  });

  it("never grow in number, however fast the run", () => {
    const flow = flowOf(runOf(twoSteps, { rate: 1e6 }));
    const pool = [...flow.beads];
    pass(flow, 60);
    expect(flow.beads).toEqual(pool);
    expect(flow.beads.every((bead) => Number.isFinite(bead.x) && Number.isFinite(bead.y))).toBe(true);
  });

  it("stand on another run's graph only when they are its own", () => {
    const flow = flowOf(runOf(twoSteps));
    pass(flow, 3);
    flow.observe(runOf([{ name: "other", in: 0 }]));
    expect(kinds(flow, "walking")).toBe(0);
  });
});
