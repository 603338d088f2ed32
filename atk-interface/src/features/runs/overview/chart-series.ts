import type { History, HistoryPoint } from "@/api/schema";

/** What charts are drawn from: seconds at work, and a figure for each of them; null where the run stood still. */
export interface ChartSeries {
  seconds: number[];
  recordsPerSecond: (number | null)[];
  tokensIn: (number | null)[];
  tokensOut: (number | null)[];
  cost: (number | null)[];
  concurrency: (number | null)[];
}

const RECENT_SECONDS = 30;

/**
 * A history as series over the time at work: a night between two tries takes no room.
 * Between tries lies a gap, so that no line is drawn through what did not happen.
 */
export function seriesOf({ points, attempts }: History): ChartSeries {
  const series: ChartSeries = { seconds: [], recordsPerSecond: [], tokensIn: [], tokensOut: [], cost: [], concurrency: [] };
  const starts = new Map(attempts.map(({ number, started }) => [number, started]));
  let worked = 0;
  let before: HistoryPoint | undefined;
  let start = 0;
  for (const point of points) {
    if (before?.attempt !== point.attempt) {
      if (before) {
        worked += Math.max(0, before.t - start);
        push(series, worked, undefined);
      }
      start = Math.min(point.t, starts.get(point.attempt) ?? point.t);
    }
    push(series, worked + Math.max(0, point.t - start), point);
    before = point;
  }
  return series;
}

function push(series: ChartSeries, seconds: number, point: HistoryPoint | undefined): void {
  // A chart needs each point to lie behind the one before.
  series.seconds.push(Math.max(seconds, (series.seconds.at(-1) ?? -1e-3) + 1e-3));
  series.recordsPerSecond.push(point?.records_per_second ?? null);
  series.tokensIn.push(point?.input_tokens ?? null);
  series.tokensOut.push(point?.output_tokens ?? null);
  series.cost.push(point?.cost ?? null);
  series.concurrency.push(point?.concurrency ?? null);
}

/** Tokens that came out, each second of the last half minute of the newest try. */
export function tokensPerSecond(points: readonly HistoryPoint[]): number {
  const last = points.at(-1);
  if (!last) return 0;
  const first = points.find(({ attempt, t }) => attempt === last.attempt && t >= last.t - RECENT_SECONDS);
  if (!first || first === last) return 0;
  return Math.max(0, last.output_tokens - first.output_tokens) / Math.max(0.001, last.t - first.t);
}
