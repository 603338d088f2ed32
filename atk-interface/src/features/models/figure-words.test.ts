import { describe, expect, it } from "vitest";
import type { Figure } from "@/api/schema";
import { axisEnd, changeOf, figureInWords } from "@/features/models/figure-words";

const figure = (changes: Partial<Figure>): Figure => ({
  name: "right answers",
  unit: "share",
  better: "higher",
  before: 0.03,
  after: 0.914,
  low_before: 0,
  high_before: 0.1,
  low_after: 0.84,
  high_after: 0.99,
  ...changes,
});

describe("a figure in words", () => {
  it("goes from before to after", () => expect(figureInWords(figure({}))).toBe("right answers 3 % to 91 %"));
  it("is only what it is now where nothing was measured before", () => expect(figureInWords(figure({ before: null }))).toBe("right answers 91 %"));
  it("keeps the digits that matter", () => expect(figureInWords(figure({ name: "text", unit: "bits", before: 2.5, after: 1.0625 }))).toBe("text 2.500 bits to 1.063 bits"));
  it("says what is missing", () => expect(figureInWords(figure({ after: null }))).toBe("right answers not measured"));
});

describe("whether something has changed", () => {
  it("is better when all of the interval is", () => expect(changeOf(figure({}))).toBe("better"));
  it("is worse when less would be better", () => expect(changeOf(figure({ better: "lower" }))).toBe("worse"));
  it("is unclear when intervals overlap, or are not known", () => {
    expect(changeOf(figure({ low_after: 0.05 }))).toBe("unclear");
    expect(changeOf(figure({ low_before: null }))).toBe("unclear");
  });
});

it("draws shares on the whole, and others up to a little above the most", () => {
  expect(axisEnd(figure({}))).toBe(1);
  expect(axisEnd(figure({ unit: "bits", high_before: 4, after: 2, high_after: 3 }))).toBeCloseTo(4.4);
});
