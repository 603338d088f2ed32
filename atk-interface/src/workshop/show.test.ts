import { describe, expect, it } from "vitest";
import { Feed, sparksFor } from "./feed";
import { seeded } from "./random";
import { Show, showLength } from "./show";

const frame = 1 / 60;

describe("fireworks", () => {
  it("rise, open in four patterns, and are over in about four seconds", () => {
    const show = new Show({ width: 1440, height: 900 }, { x: 720, y: 910 }, seeded(5));
    const patterns = new Set<string>();
    let most = 0;
    let time = 0;
    for (; show.step(frame) && time < 10; time += frame) {
      const lit = show.stars.filter((star) => star.kind !== "none");
      for (const star of lit) if (star.kind === "star") patterns.add(star.pattern);
      most = Math.max(most, lit.length);
    }
    expect([...patterns].sort()).toEqual(["crackle", "peony", "ring", "willow"]);
    expect(most).toBeGreaterThan(300);
    expect(most).toBeLessThan(show.stars.length);
    expect(time).toBeGreaterThan(3);
    expect(time).toBeLessThan(showLength + 0.7);
  });

  it("open inside the page, wherever the rockets start", () => {
    for (const origin of [{ x: 0, y: 0 }, { x: 1440, y: 400 }, { x: 200, y: 900 }]) {
      const show = new Show({ width: 1440, height: 900 }, origin, seeded(8));
      while (show.step(frame));
      expect(show.flashes).toHaveLength(5);
      for (const flash of show.flashes) {
        expect(flash.x).toBeGreaterThan(0);
        expect(flash.x).toBeLessThan(1440);
        expect(flash.y).toBeGreaterThan(0);
        expect(flash.y).toBeLessThan(600);
      }
    }
  });
});

describe("sparks of a bar", () => {
  it("are as many as was done, within reason", () => {
    expect(sparksFor(10, 10, 100)).toBe(0);
    expect(sparksFor(10, 5, 100)).toBe(0);
    expect(sparksFor(0, 1, 100_000)).toBe(1);
    expect(sparksFor(0, 4, 100)).toBe(12);
    expect(sparksFor(0, 100, 100)).toBe(40);
    expect(sparksFor(0, 5, 0)).toBe(0);
  });

  it("reach the tip and make it glow, and then all is still", () => {
    const feed = new Feed(seeded(2));
    feed.feed(12);
    let brightest = 0;
    let steps = 0;
    while (feed.step(frame, 100, 10) && steps < 1000) {
      brightest = Math.max(brightest, feed.glow);
      steps += 1;
    }
    expect(brightest).toBeGreaterThan(0.3);
    expect(steps).toBeLessThan(60 * 5);
  });

  it("fall when told to", () => {
    const feed = new Feed(seeded(2));
    feed.fall(20, 100, 10);
    for (let step = 0; step < 40; step++) feed.step(frame, 100, 10);
    const falling = feed.sparks.filter((spark) => spark.kind === "falling");
    expect(falling.length).toBeGreaterThan(0);
    for (const spark of falling) expect(spark.vy).toBeGreaterThan(0);
  });
});
