import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ago, bytes, compact, counted, dollars, duration, percent, rate } from "@/lib/format";

describe("figures", () => {
  it.each([
    [0, "$0"],
    [0.00042, "$0.00042"],
    [0.5, "$0.50"],
    [1234.5, "$1234.50"],
  ])("write %d dollars as %s", (value, text) => expect(dollars(value)).toBe(text));

  it.each([
    [0.44, "0.4 s"],
    [59.6, "1 min 00 s"],
    [185, "3 min 05 s"],
    [7800, "2 h 10 min"],
    [3 * 86_400 + 4 * 3600, "3 d 4 h"],
    [-1, "–"],
    [Number.NaN, "–"],
  ])("write %d seconds as %s", (value, text) => expect(duration(value)).toBe(text));

  it.each([
    [0, "0 B"],
    [1023, "1,023 B"],
    [1536, "1.5 KB"],
    [5 * 1024 ** 5, "5,120 TB"],
  ])("write %d bytes as %s", (value, text) => expect(bytes(value)).toBe(text));

  it("say the singular of one only", () => {
    expect([counted(0, "row"), counted(1, "row"), counted(2, "row"), counted(2, "entry", "entries")]).toEqual(["0 rows", "1 row", "2 rows", "2 entries"]);
  });

  it("shorten large ones", () => expect([compact(9_999), compact(1_234_567)]).toEqual(["9,999", "1.23M"]));

  it("write slow rates by the minute", () => expect([rate(0), rate(0.1), rate(12.34)]).toEqual(["–", "6/min", "12.3/s"]));

  it("say how long ago something was", () => {
    expect([ago(100, 105), ago(100, 400), ago(0.5, 86_400 * 2)]).toEqual(["just now", "5 min ago", "1 d ago"]);
  });

  it("never round a part up to the whole, or down to nothing", () => {
    fc.assert(
      fc.property(fc.double({ min: Number.EPSILON, max: 1 - Number.EPSILON, noNaN: true }), (share) => {
        const said = Number.parseInt(percent(share), 10);
        return said >= 1 && said <= 99;
      }),
    );
    expect([percent(0), percent(1)]).toEqual(["0%", "100%"]);
  });
});
