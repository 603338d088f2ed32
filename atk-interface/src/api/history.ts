import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { RunEvent } from "@/api/run-reducer";
import type { History, HistoryPoint, StepFunnel } from "@/api/schema";

/** A run tells four times a second how far it is; a chart needs no more than this of a whole night. */
export const MOST_POINTS = 600;
const MOST_ATTEMPTS = 1000;

/** How a run went, over all its tries: a few points, evenly spread. While it is watched, its events add to them. */
export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "history", id],
    queryFn: ({ signal }) =>
      answer(service.GET("/api/runs/{run_id}/history", { params: { path: { run_id: id }, query: { points: MOST_POINTS / 2 } }, signal })),
    enabled: id !== "",
    // In a very large file, tries are still being searched for: ask again until all are known.
    refetchInterval: ({ state }) => (state.data?.complete === false ? 1_000 : false),
  });

/** The history after events, never longer than MOST_POINTS. The same object when nothing of it has changed. */
export function extendHistory(history: History, events: readonly RunEvent[]): History {
  let { points, attempts } = history;
  for (const event of events) {
    if (event.kind === "run-started") attempts = withAttempt(attempts, event.data.t);
    else if (event.kind === "progress") points = withPoint(points, pointOf(event.data, points.at(-1), attempts.at(-1)?.number ?? 1));
  }
  return points === history.points && attempts === history.attempts ? history : { ...history, points, attempts };
}

type Attempts = History["attempts"];
type ProgressEvent = Extract<RunEvent, { kind: "progress" }>["data"];

function withAttempt(attempts: Attempts, started: number): Attempts {
  const last = attempts.at(-1);
  if (last && started <= last.started) return attempts; // heard again after a broken connection
  return [...attempts, { number: (last?.number ?? 0) + 1, started }].slice(-MOST_ATTEMPTS);
}

const NOTHING_SPENT = { calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0 };

/** A pipeline that loops by itself says only how far it is: what it has spent is what was known before. */
function pointOf(event: ProgressEvent, before: HistoryPoint | undefined, attempt: number): HistoryPoint {
  const { n, t, stage, done = 0, total = null, records_per_second = 0, concurrency = 0, steps = [] } = event;
  const dropped = sumOf(steps, "dropped");
  const failed = sumOf(steps, "failed");
  return { n, t, attempt, stage, done, total, dropped, failed, records_per_second, concurrency, ...spentBy(event, before ?? NOTHING_SPENT) };
}

const spentBy = (event: ProgressEvent, before: typeof NOTHING_SPENT): typeof NOTHING_SPENT => ({
  calls: event.calls ?? before.calls,
  reused: event.reused ?? before.reused,
  input_tokens: event.input_tokens ?? before.input_tokens,
  output_tokens: event.output_tokens ?? before.output_tokens,
  cost: event.cost ?? before.cost,
});

const sumOf = (steps: readonly StepFunnel[], kind: "dropped" | "failed"): number =>
  steps.reduce((sum, step) => Object.values(step[kind] ?? {}).reduce((all, each) => all + each, sum), 0);

/** The newest point is always the last one; the one before gives way to it unless it is far enough from its neighbour. */
function withPoint(points: HistoryPoint[], point: HistoryPoint): HistoryPoint[] {
  const last = points.at(-1);
  if (point.n <= (last?.n ?? -1)) return points; // heard again
  const beforeLast = points.at(-2);
  const gap = (last?.t ?? 0) - (beforeLast?.t ?? -Infinity);
  const isCrowded = last?.attempt === point.attempt && gap < spacing(points[0] ?? point, point);
  const longer = isCrowded ? points.with(-1, point) : [...points, point];
  return longer.length > MOST_POINTS ? thin(longer) : longer;
}

/** How far apart points should be, in seconds, so that half of the room is used. */
const spacing = (first: HistoryPoint, last: HistoryPoint): number => (2 * (last.t - first.t)) / MOST_POINTS;

/** About half as many points: first, last and the end of each try stay, as long as there is room for all of these. */
export function thin(points: readonly HistoryPoint[]): HistoryPoint[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  const apart = spacing(first, last);
  let kept = -Infinity;
  const chosen = points.filter((point, index) => {
    const next = points[index + 1];
    const isEnd = next?.attempt !== point.attempt;
    if (!isEnd && point.t - kept < apart) return false;
    kept = point.t;
    return true;
  });
  if (chosen.length <= MOST_POINTS) return chosen;
  const step = Math.ceil((2 * chosen.length) / MOST_POINTS);
  return chosen.filter((_, index) => index % step === 0 || index === chosen.length - 1);
}
