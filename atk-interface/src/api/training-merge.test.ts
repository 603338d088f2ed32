import { describe, expect, it } from "vitest";
import type { TrainingCurve, TrainingHistory, TrainingPoint } from "@/api/schema";
import { MOST_KEPT, mergeTraining } from "@/api/training-merge";

const point = (step: number, loss: number): TrainingPoint => ({ step, loss });
const curve = (stage: string, ...points: TrainingPoint[]): TrainingCurve => ({ stage, steps: 9, points, latest: points.at(-1) ?? point(0, 0) });
const history = (whole: boolean, ...stages: TrainingCurve[]): TrainingHistory => ({ stages, whole, last: "0a1b2c3d.1", complete: true, following: { then: [], started: "", problem: "", held_up: "", held_up_by: "" } });
const stepsOf = (merged: TrainingHistory) => merged.stages.map(({ stage, points }) => [stage, points.map(({ step, loss }) => `${step}:${loss}`).join(" ")]);

describe("what came since, merged into what is known", () => {
  const before = history(true, curve("1 pretraining", point(1, 5), point(2, 4), point(3, 3)));

  it("comes behind it, and a new stage behind the others", () => {
    const merged = mergeTraining(before, history(false, curve("1 pretraining", point(4, 2)), curve("2 supervised", point(1, 3))));
    expect(stepsOf(merged)).toEqual([
      ["1 pretraining", "1:5 2:4 3:3 4:2"],
      ["2 supervised", "1:3"],
    ]);
    expect(merged.stages[0]?.latest).toEqual(point(4, 2));
  });

  it("makes void what training has gone back behind", () => {
    const merged = mergeTraining(before, history(false, curve("1 pretraining", point(2, 4.5), point(3, 3.5))));
    expect(stepsOf(merged)).toEqual([["1 pretraining", "1:5 2:4.5 3:3.5"]]);
  });

  it("keeps stages of which there is nothing new", () => expect(stepsOf(mergeTraining(before, history(false)))).toEqual(stepsOf(before)));

  it("takes the place of all when it is the whole", () => expect(stepsOf(mergeTraining(before, history(true, curve("x", point(7, 1)))))).toEqual([["x", "7:1"]]));

  it("never grows without end, and always has the newest", () => {
    const long = curve("1 pretraining", ...Array.from({ length: MOST_KEPT }, (_, index) => point(index + 1, 1)));
    const merged = mergeTraining(history(true, long), history(false, curve("1 pretraining", point(MOST_KEPT + 1, 0.5))));
    expect(merged.stages[0]?.points.length).toBeLessThanOrEqual(MOST_KEPT);
    expect(merged.stages[0]?.points.at(-1)).toEqual(point(MOST_KEPT + 1, 0.5));
  });
});
