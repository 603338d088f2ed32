import { describe, expect, it } from "vitest";
import type { Figure } from "@/api/schema";
import { axisEnd, changeOf, differenceIn, figureInWords, intervalIn, valueIn } from "@/features/models/figure-words";

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
  verdict: "learned",
  ...changes,
});

describe("a figure in words", () => {
  it("goes from before to after", () => expect(figureInWords(figure({}))).toBe("right answers 3 % to 91 %"));
  it("is only what it is now where nothing was measured before", () => expect(figureInWords(figure({ before: null }))).toBe("right answers 91 %"));
  it("keeps the digits that matter", () => expect(figureInWords(figure({ name: "text", unit: "bits", before: 2.5, after: 1.0625 }))).toBe("text 2.500 bits to 1.063 bits"));
  it("has its interval, and no unit twice", () => {
    expect(intervalIn({ value: 0.5, low: 0.4, high: 0.6 }, "share")).toBe("40 % to 60 %");
    expect(intervalIn({ value: 0.5, low: null, high: 0.6 }, "share")).toBe("");
    expect(valueIn(670.06, "perplexity")).toBe("670.1");
  });
  it("tells a difference of percentages in points", () => {
    expect(differenceIn(-0.123, "share")).toBe("−12.3 points");
    expect(differenceIn(0.25, "bits")).toBe("+0.250 bits");
    expect(differenceIn(-0.0001, "share")).toBe("0.0 points");
  });
  it("says what is missing", () => expect(figureInWords(figure({ after: null }))).toBe("right answers not measured"));
});

describe("whether something has changed", () => {
  it.each([
    ["learned", "better"],
    ["forgot", "worse"],
    ["not shown", "unclear"],
    ["", "unknown"],
  ])("is what the service says: %s", (verdict, change) => expect(changeOf(figure({ verdict }))).toBe(change));
});

it("draws shares on the whole, and others up to a little above the most", () => {
  expect(axisEnd("share", [{ value: 0.2, low: 0.1, high: 0.3 }])).toBe(1);
  expect(
    axisEnd("bits", [
      { value: 3, low: 2, high: 4 },
      { value: 2, low: null, high: null },
    ]),
  ).toBeCloseTo(4.4);
});
