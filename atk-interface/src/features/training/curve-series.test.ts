import { describe, expect, it } from "vitest";
import type { TrainingCurve } from "@/api/schema";
import { seriesOf, smooth } from "@/features/training/curve-series";

const curve = (stage: string, first: number, losses: number[]): TrainingCurve => {
  const points = losses.map((loss, index) => ({ step: index + 1, t: first + index, loss }));
  return { stage, steps: losses.length, points, latest: points.at(-1) ?? { step: 0 } };
};

describe("curves as series", () => {
  const curves = [curve("1 pretraining", 100, [4, 3, 2]), curve("2 supervised", 200, [3, 1])];

  it("puts stages one behind the other, with a gap between them", () => {
    const { steps, loss, marks } = seriesOf(curves, []);
    expect(steps).toEqual([1, 2, 3, 3, 4, 5]);
    expect(loss).toEqual([4, 3, 2, null, 3, 1]);
    expect(marks).toEqual([
      { at: 0, label: "1 pretraining" },
      { at: 3, label: "2 supervised" },
    ]);
  });

  it("marks where a stopped training went on, in the stage in which it was", () => {
    const { marks } = seriesOf(curves, [
      { number: 1, started: 99 },
      { number: 2, started: 101.5 },
    ]);
    expect(marks).toContainEqual({ at: 3, label: "went on" });
    expect(marks).toHaveLength(3);
  });

  it("leaves out figures that were not noted", () => expect(seriesOf(curves, []).memory).toEqual([null, null, null, null, null, null]));
});

it("smooths: what is constant stays so from the first value on, and a jump arrives slowly", () => {
  const steady = smooth([2, 2, null, 2]);
  expect(steady.map((value) => value?.toFixed(6))).toEqual(["2.000000", "2.000000", undefined, "2.000000"]);
  const [, , jumped] = smooth([1, 1, 10]);
  expect(jumped).toBeGreaterThan(1);
  expect(jumped).toBeLessThan(5.5);
});
