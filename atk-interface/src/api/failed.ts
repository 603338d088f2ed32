import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** Which of the records that failed; empty for what does not matter. */
export interface FailedFilter {
  stage: string;
  step: string;
  reason: string;
}

const page = (run: string, filter: FailedFilter, place: { cursor: string | null; limit: number }, signal?: AbortSignal) =>
  answer(service.GET("/api/runs/{run_id}/failed", { params: { path: { run_id: run }, query: { ...filter, ...place } }, ...(signal && { signal }) }));

/** How many records failed, by stage, step and reason. */
export const failedSummaryQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", "failed-summary", run],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/failed/summary", { params: { path: { run_id: run } }, signal })),
    enabled: run !== "",
  });

/** The records themselves, with every answer of the model. An answer may be empty with more to come: `next` says. */
export const failedQuery = (run: string, filter: FailedFilter) =>
  infiniteQueryOptions({
    queryKey: ["runs", "failed", run, filter],
    queryFn: ({ pageParam, signal }) => page(run, filter, { cursor: pageParam, limit: 20 }, signal),
    initialPageParam: null as string | null, // the first page has no cursor
    getNextPageParam: ({ next }) => next,
    enabled: run !== "",
  });

/** Ids of all records that fit and can be tried again, however many there are. */
export async function retryableIds(run: string, filter: FailedFilter): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const { items, next } = await page(run, filter, { cursor, limit: 200 });
    found.push(...items.filter(({ can_retry }) => can_retry).map(({ id }) => id));
    cursor = next;
  } while (cursor !== null);
  return found;
}
