import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasFigures, inFlight, shapeOf, total, type WorkshopRun } from "./model";
import { activeSteps, beadsPerSecond, brokenStep, mostBeads, secondsPerStep, shareOut } from "./traffic";

const run: WorkshopRun = {
  hue: 1,
  rate: 1,
  concurrency: 9,
  state: "running",
  stages: [
    { name: "read", state: "done", steps: [{ name: "a", in: 3, kept: 3 }] },
    { name: "ask", state: "active", steps: [{ name: "b", in: 9, kept: 2, failed: { timeout: 1 } }, { name: "c", in: 2, kept: 1 }] },
    { name: "write", state: "waiting", steps: [{ name: "d" }] },
  ],
};

describe("traffic", () => {
  it("is one bead a record as long as the eye can follow", () => {
    for (const rate of [0.2, 1, 5.5]) expect(beadsPerSecond(rate)).toBe(rate);
  });

  it("grows with the rate, and never beyond what the pool holds", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.integer({ min: 1, max: 80 }), (rate, segments) => {
        expect(beadsPerSecond(rate * 2)).toBeGreaterThanOrEqual(beadsPerSecond(rate));
        expect(beadsPerSecond(rate) * secondsPerStep(rate, segments) * segments).toBeLessThanOrEqual(mostBeads);
      }),
    );
  });

  it("is nothing for rates that are none", () => {
    for (const rate of [0, -1, Number.NaN]) expect(beadsPerSecond(rate)).toBe(0);
  });

  it("knows the steps at work", () => {
    expect(activeSteps(run.stages)).toEqual([1, 2]);
    expect(activeSteps([])).toEqual([0, -1]);
  });

  it("shares the calls in flight out over the steps that hold records", () => {
    expect(shareOut(run, 1, 2)).toEqual([0, 6, 1, 0]);
    expect(shareOut({ ...run, state: "paused" }, 1, 2)).toEqual([0, 0, 0, 0]);
  });

  it("finds where a run broke off", () => {
    const steps = run.stages.flatMap((stage) => stage.steps);
    expect(brokenStep(steps, 1, 2)).toBe(1);
    expect(brokenStep([{ name: "a", in: 1, kept: 1 }, { name: "b", in: 2, kept: 1 }], 0, 1)).toBe(1);
    expect(brokenStep([], 0, -1)).toBe(0);
  });
});

describe("figures", () => {
  it("are added up over their reasons", () => {
    expect(total({ short: 2, rude: 3 })).toBe(5);
    expect(total(4)).toBe(4);
    expect(total(undefined)).toBe(0);
  });

  it("tell what is in flight, which is never less than nothing", () => {
    expect(inFlight({ name: "b", in: 9, kept: 2, dropped: { x: 1 }, failed: 1 })).toBe(5);
    expect(inFlight({ name: "split", in: 2, kept: 40 })).toBe(0);
    expect(hasFigures({ name: "d" })).toBe(false);
  });

  it("change the still picture only when a step's state does", () => {
    const counted = { ...run, rate: 7, stages: run.stages.map((stage) => ({ ...stage, steps: stage.steps.map((step) => ({ ...step, in: 99 })) })) };
    expect(shapeOf(counted)).toBe(shapeOf(run));
    expect(shapeOf({ ...run, state: "paused" })).not.toBe(shapeOf(run));
  });
});
