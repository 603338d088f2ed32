import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anchorOf, endOf, isAtEnd, placed, ratio, scrolled, scrollHeight, TALLEST, topFor, windowOf, type Strip } from "@/features/log/strip";

const strips = fc.record({ total: fc.integer({ min: 1, max: 50_000_000 }), lineHeight: fc.constant(20), viewport: fc.integer({ min: 100, max: 3000 }) });
const shares = fc.double({ min: 0, max: 1, noNaN: true });
const million: Strip = { total: 1_000_000, lineHeight: 20, viewport: 800 };

describe("a strip", () => {
  it("is never taller than a browser can make it, and as it is while it is short", () => {
    fc.assert(
      fc.property(strips, (strip) => {
        expect(scrollHeight(strip)).toBeLessThanOrEqual(TALLEST);
      }),
    );
    expect(ratio({ total: 1000, lineHeight: 20, viewport: 800 })).toBe(1);
  });

  it("reaches its first line and its last with the scroll bar", () => {
    fc.assert(
      fc.property(strips, (strip) => {
        const far = scrolled(strip, { top: 0, at: 0 }, Math.max(0, scrollHeight(strip) - strip.viewport));
        if (ratio(strip) === 1 || scrollHeight(strip) > 5 * strip.viewport) {
          expect(isAtEnd(strip, far)).toBe(true);
          expect(windowOf(strip, far, 0).last).toBe(strip.total - 1);
        }
        expect(windowOf(strip, scrolled(strip, far, 0), 0).first).toBe(0);
      }),
    );
  });

  it("goes line by line with a wheel, even where the scroll bar is scaled", () => {
    const before = placed(million, 5_000_000);
    expect(scrolled(million, before, before.at + 100).top).toBe(5_000_100);
    expect(scrolled(million, before, before.at + 100_000).top).toBeGreaterThan(5_200_000);
  });

  it("puts the scroll bar where it belongs after a jump", () => {
    fc.assert(
      fc.property(strips, shares, (strip, share) => {
        const place = placed(strip, share * strip.total * strip.lineHeight);
        expect(place.at).toBeLessThanOrEqual(scrollHeight(strip));
        expect(place.at * ratio(strip)).toBeCloseTo(place.top, 3);
      }),
    );
  });

  it("draws few lines, and all that can be seen", () => {
    fc.assert(
      fc.property(strips, shares, (strip, share) => {
        const place = placed(strip, share * strip.total * strip.lineHeight);
        const { first, last, shift } = windowOf(strip, place, 8);
        expect(last - first + 1).toBeLessThanOrEqual(Math.ceil(strip.viewport / strip.lineHeight) + 18);
        expect(shift).toBeLessThanOrEqual(0);
        expect(shift + (last - first + 1) * strip.lineHeight).toBeGreaterThanOrEqual(Math.min(strip.viewport, strip.total * strip.lineHeight) - 0.01);
      }),
    );
  });

  it("fixes wrapped lines at the top in the beginning and at the bottom in the end", () => {
    expect(anchorOf(million, { top: 0, at: 0 })).toEqual({ line: 0, share: 0, y: 0 });
    expect(anchorOf(million, endOf(million))).toEqual({ line: 999_999, share: 1, y: 800 });
  });

  it("moves to a line only when it cannot be seen", () => {
    const place = placed(million, 20_000);
    expect(topFor(million, place, 1010)).toBe(20_000);
    expect(topFor(million, place, 5000)).toBe(100_000 - 390);
  });
});
