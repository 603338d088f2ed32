// @vitest-environment happy-dom
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskOf, shownAt } from "./quiet";
import { layRoute, pointAt, type Room } from "./route";
import { roomOf } from "./view";

const rooms = fc.record({
  width: fc.integer({ min: 768, max: 3840 }),
  height: fc.integer({ min: 500, max: 2160 }),
  left: fc.integer({ min: 0, max: 340 }),
  right: fc.integer({ min: 0, max: 340 }),
  top: fc.constant(64),
  start: fc.constantFrom(0, 240),
  bottomFree: fc.boolean(),
});

describe("the route", () => {
  it("keeps the steps in order, on the page and apart", () => {
    fc.assert(
      fc.property(rooms, fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 6 }), (room: Room, sizes) => {
        const route = layRoute(room, sizes);
        expect(route.marks).toHaveLength(sizes.reduce((sum, size) => sum + size, 0) + 2);
        const at = { x: 0, y: 0 };
        route.marks.forEach((mark, index) => {
          if (index > 0) expect(mark).toBeGreaterThanOrEqual(route.marks[index - 1]!);
          pointAt(route, mark, at);
          expect(at.x).toBeGreaterThanOrEqual(0);
          expect(at.x).toBeLessThanOrEqual(room.width);
          expect(at.y).toBeGreaterThanOrEqual(room.top);
          expect(at.y).toBeLessThanOrEqual(room.height);
        });
      }),
    );
  });

  it("puts steps beside a page that covers the lower edge", () => {
    const room = { width: 1440, height: 900, left: 200, right: 200, top: 64, start: 0, bottomFree: false };
    const route = layRoute(room, [3, 4]);
    const at = { x: 0, y: 0 };
    for (const mark of route.marks.slice(1, -1)) {
      pointAt(route, mark, at);
      expect(at.x < 200 || at.x > 1240).toBe(true);
    }
  });

  it("lets things fall away from the page", () => {
    const route = layRoute({ width: 1440, height: 900, left: 200, right: 200, top: 64, start: 0, bottomFree: false }, [2, 2]);
    expect(route.falls[0]!.x).toBe(-1);
    expect(route.falls.at(-1)!.x).toBe(1);
  });
});

describe("quiet zones", () => {
  const zone = { left: 300, top: 200, right: 1100, bottom: 640 };
  const mask = maskOf({ width: 1440, height: 900 }, [zone]);

  it("show nothing inside, all far away, and fade between", () => {
    fc.assert(
      fc.property(fc.double({ min: zone.left, max: zone.right - 1, noNaN: true }), fc.double({ min: zone.top, max: zone.bottom - 1, noNaN: true }), (x, y) => {
        expect(shownAt(mask, x, y)).toBe(0);
      }),
    );
    expect(shownAt(mask, 200, 400)).toBe(1);
    expect(shownAt(mask, 276, 400)).toBeGreaterThan(0);
    expect(shownAt(mask, 276, 400)).toBeLessThan(1);
  });

  it("show nothing beyond the page", () => {
    expect(shownAt(mask, -20, 400)).toBe(0);
    expect(shownAt(mask, 400, 5000)).toBe(0);
  });

  it("leave the gutters beside the content; a bar across the page does not take them away", () => {
    const view = { width: 1440, height: 900, ratio: 1 };
    const header = { left: 0, top: 0, right: 1440, bottom: 56 };
    expect(roomOf(view, [header, zone])).toMatchObject({ left: 300, right: 340 });
    const aside = { left: 0, top: 0, right: 240, bottom: 900 };
    expect(roomOf(view, [aside, zone])).toMatchObject({ start: 240, left: 60, right: 340 });
    expect(roomOf(view, [])).toMatchObject({ left: 1440 * 0.09 });
  });
});
