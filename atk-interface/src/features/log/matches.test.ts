import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelOf } from "@/features/log/log-level";
import { countBefore, cut, gather, neighbour } from "@/features/log/matches";

describe("a search", () => {
  it("puts its answers together, and knows how far it is", () => {
    expect(gather([])).toEqual({ numbers: [], scanned: 0, complete: false });
    expect(gather([{ numbers: [1, 4], next: 5, scanned: 0.4 }, { numbers: [], next: 7, scanned: 0.7 }])).toEqual({ numbers: [1, 4], scanned: 0.7, complete: false });
    expect(gather([{ numbers: [1], next: 5, scanned: 0.4 }, { numbers: [9], next: null, scanned: 1 }])).toEqual({ numbers: [1, 9], scanned: 1, complete: true });
  });

  it("goes round at both ends", () => {
    expect([neighbour([3, 7], 3, 1), neighbour([3, 7], 7, 1), neighbour([3, 7], 3, -1), neighbour([3, 7], 5, -1), neighbour([], 1, 1)]).toEqual([7, 3, 7, 3, undefined]);
  });

  it("counts matches before a line", () => {
    const numbers = fc.uniqueArray(fc.nat(50)).map((found) => found.sort((a, b) => a - b));
    fc.assert(
      fc.property(numbers, fc.nat(60), (found, line) => {
        expect(countBefore(found, line)).toBe(found.filter((each) => each < line).length);
      }),
    );
  });

  it("cuts a line at its matches and loses nothing", () => {
    expect(cut("An Error, an error", "error", true)).toEqual(["An ", "Error", ", an ", "error", ""]);
    expect(cut("An Error, an error", "error", false)).toEqual(["An Error, an ", "error", ""]);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.boolean(), (line, text, ignoreCase) => {
        expect(cut(line, text, ignoreCase).join("")).toBe(line);
      }),
    );
  });
});

describe("levelOf", () => {
  it.each([
    ["2026-01-01 00:00:00,000 ERROR it broke", "bad"],
    ["ValueError: no", "bad"],
    ["2026-01-01 00:00:00,000 WARNING slow", "warn"],
    ["2026-01-01 00:00:00,000 DEBUG detail", "quiet"],
    ["2026-01-01 00:00:00,000 INFO fine", "plain"],
  ])("%s", (line, level) => expect(levelOf(line)).toBe(level));
});
