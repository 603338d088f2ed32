import { expect, it } from "vitest";
import type { HistoryPoint } from "@/api/schema";
import { seriesOf, tokensPerSecond } from "@/features/runs/overview/chart-series";

const point = (t: number, attempt: number, tokens = 0): HistoryPoint => ({
  n: t, t, attempt, stage: "", done: 0, total: null, dropped: 0, failed: 0, calls: 0, reused: 0, input_tokens: 0, output_tokens: tokens, cost: 0, records_per_second: 1, concurrency: 0,
});

it("leaves out the time between tries, and draws no line through it", () => {
  const attempts = [{ number: 1, started: 100 }, { number: 2, started: 90_000 }];
  const series = seriesOf({ points: [point(110, 1), point(120, 1), point(90_010, 2)], attempts, complete: true });
  expect(series.seconds.map(Math.round)).toEqual([10, 20, 20, 30]);
  expect(series.recordsPerSecond).toEqual([1, 1, null, 1]);
});

it("only goes forward, also when a clock was set back", () => {
  const { seconds } = seriesOf({ points: [point(50, 1), point(40, 1), point(45, 1)], attempts: [], complete: true });
  expect(seconds.every((second, index) => index === 0 || second > seconds[index - 1]!)).toBe(true);
});

it("reckons tokens a second from the newest try only", () => {
  expect(tokensPerSecond([point(1, 1, 0), point(100, 2, 500), point(110, 2, 700)])).toBe(20);
  expect(tokensPerSecond([point(100, 2, 500)])).toBe(0);
  expect(tokensPerSecond([])).toBe(0);
});
