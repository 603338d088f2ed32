import { describe, expect, it } from "vitest";
import { extendHistory, MOST_POINTS, thin } from "@/api/history";
import type { RunEvent } from "@/api/run-reducer";
import type { History, HistoryPoint } from "@/api/schema";

const progress = (n: number, t: number, more: object = {}): RunEvent => ({ kind: "progress", data: { n, t, stage: "questions", done: n, total: 1e6, cost: n / 1000, calls: n, ...more } });
const point = (n: number, t: number, attempt = 1): HistoryPoint => ({
  n, t, attempt, stage: "", done: 0, total: null, dropped: 0, failed: 0, calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0, records_per_second: 0, concurrency: 0,
});
const empty: History = { points: [], attempts: [{ number: 1, started: 0 }], complete: true };

describe("extendHistory", () => {
  it("is the same object when nothing has changed", () => {
    expect(extendHistory(empty, [{ kind: "note", data: { n: 1, t: 1, text: "" } }])).toBe(empty);
  });

  it("leaves out what was heard before the connection broke", () => {
    const known = extendHistory(empty, [progress(1, 1), progress(2, 2)]);
    expect(extendHistory(known, [progress(1, 1), progress(2, 2)])).toBe(known);
  });

  it("counts tries, each once", () => {
    const started: RunEvent = { kind: "run-started", data: { n: 5, t: 50 } };
    const known = extendHistory(empty, [progress(1, 1), started, started, progress(6, 51)]);
    expect(known.attempts).toEqual([{ number: 1, started: 0 }, { number: 2, started: 50 }]);
    expect(known.points.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("carries on what was spent where an event does not say it", () => {
    const known = extendHistory(empty, [progress(1, 1, { cost: 3 }), { kind: "progress", data: { n: 2, t: 2, stage: "loop" } }]);
    expect(known.points.at(-1)?.cost).toBe(3);
  });

  it("sums what its steps have dropped and failed", () => {
    const steps = [{ name: "check", in: 9, kept: 4, made: 4, dropped: { short: 2, long: 1 }, failed: { "no answer": 2 } }];
    expect(extendHistory(empty, [progress(1, 1, { steps })]).points[0]).toMatchObject({ dropped: 3, failed: 2 });
  });

  it("stays small and whole over eight hours of four events a second", () => {
    let history = empty;
    let most = 0;
    for (let n = 1; n <= 115_200; n++) {
      history = extendHistory(history, [progress(n, n / 4)]);
      most = Math.max(most, history.points.length);
    }
    expect(most).toBeLessThanOrEqual(MOST_POINTS);
    const { points } = history;
    expect(points.length).toBeGreaterThan(MOST_POINTS / 4);
    expect([points[0]?.n, points.at(-1)?.n]).toEqual([1, 115_200]);
    const gaps = points.slice(1).map(({ t }, index) => t - points[index]!.t);
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(Math.max(...gaps)).toBeLessThan(28_800 / 100); // no stretch of the night is without points
  }, 30_000);
});

describe("thin", () => {
  it("keeps the first, the last and the end of each try", () => {
    const points = Array.from({ length: 1000 }, (_, index) => point(index, index, 1 + Math.floor(index / 250)));
    const kept = thin(points);
    expect(kept.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(kept.map(({ n }) => n)).toEqual(expect.arrayContaining([0, 249, 499, 749, 999]));
  });

  it("stays within its room also when each point is a try of its own", () => {
    const points = Array.from({ length: 2000 }, (_, index) => point(index, index, index));
    const kept = thin(points);
    expect(kept.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(kept.at(-1)?.n).toBe(1999);
  });
});
