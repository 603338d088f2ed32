import { describe, expect, it } from "vitest";
import type { EvaluationDetails, Figure } from "@/api/schema";
import { comparedFigures, differenceOf, inShort, onlyIn } from "@/features/models/comparison/compared";

const figure = (name: string, [after, low, high]: [number, number | null, number | null], changes: Partial<Figure> = {}): Figure => ({
  name,
  unit: "share",
  better: "higher",
  before: 0,
  low_before: 0,
  high_before: 0.1,
  after,
  low_after: low,
  high_after: high,
  verdict: "learned",
  ...changes,
});

const evaluation = (figures: Figure[], vocabulary = 1000): EvaluationDetails => ({
  run: "0123456789abcdef",
  run_name: "lamp-evaluate",
  folder: "outputs/lamp-evaluate",
  before: "base",
  after: "outputs/lamp/model",
  created: 0,
  figures,
  questions: {},
  contamination: {},
  forgetting: {},
  models: { after: { vocabulary } },
  conclusions: [],
  notes: [],
  report: "",
});

const outcomes = (first: Figure, second: Figure, vocabulary = 1000) => comparedFigures({ first: evaluation([first]), second: evaluation([second], vocabulary) }).map(({ outcome }) => outcome);

describe("the difference of two shares", () => {
  it("has the interval of Newcombe's method 10: his example of 56 of 70 against 48 of 80", () => {
    const difference = differenceOf({ value: 0.6, low: 0.4904, high: 0.7004 }, { value: 0.8, low: 0.6918, high: 0.877 });
    expect(difference.value).toBeCloseTo(0.2, 10);
    expect(difference.low).toBeCloseTo(0.0524, 3);
    expect(difference.high).toBeCloseTo(0.3339, 3);
  });

  it("has none where one of the two has none, and is not there where one was not measured", () => {
    expect(differenceOf({ value: 0.5, low: null, high: null }, { value: 0.75, low: 0.6, high: 0.9 })).toEqual({ value: 0.25, low: null, high: null });
    expect(differenceOf({ value: null, low: null, high: null }, { value: 0.75, low: 0.6, high: 0.9 }).value).toBeNull();
  });
});

describe("which of two is better", () => {
  it("is said when the interval of the difference leaves nothing out, although the two overlap", () => {
    expect(outcomes(figure("right", [0.5, 0.4, 0.6]), figure("right", [0.66, 0.57, 0.75]))).toEqual(["second"]);
  });

  it("follows what is better: more, or less", () => {
    const bits = { unit: "bits", better: "lower" };
    expect(outcomes(figure("text", [2, 1.9, 2.1], bits), figure("text", [3, 2.9, 3.1], bits))).toEqual(["first"]);
  });

  it("is not said of chance, of missing intervals, or of perplexities over other tokens", () => {
    expect(outcomes(figure("right", [0.5, 0.4, 0.6]), figure("right", [0.52, 0.42, 0.62]))).toEqual(["unclear"]);
    expect(outcomes(figure("right", [0.1, null, null]), figure("right", [0.9, 0.8, 1]))).toEqual(["unknown"]);
    const perplexity = { unit: "perplexity", better: "lower" };
    expect(outcomes(figure("text", [9, 8, 10], perplexity), figure("text", [90, 80, 99], perplexity), 2000)).toEqual(["incomparable"]);
    expect(outcomes(figure("text", [9, 8, 10], perplexity), figure("text", [90, 80, 99], perplexity))).toEqual(["first"]);
  });
});

it("compares what both have measured, and names the rest", () => {
  const [first, second] = [evaluation([figure("right", [0.9, 0.8, 1]), figure("alone", [1, 1, 1])]), evaluation([figure("right", [0.1, 0, 0.2])])];
  const figures = comparedFigures({ first, second });
  expect(figures.map(({ name }) => name)).toEqual(["right"]);
  expect(onlyIn(first, ["right"])).toEqual(["alone"]);
  expect(inShort(figures, ["lamp", "poems"])).toBe("Of 1 figure: lamp is better in 1.");
  expect(inShort([], ["lamp", "poems"])).toBe("No figure tells them apart: what differs may be chance.");
});
