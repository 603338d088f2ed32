import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { LogFile, LogLines } from "@/api/schema";

const at = (run: string) => ({ run_id: run });

/** Lines of a log by number, counted from 0. They may be fewer than asked for when they are very long. */
export const logLines = (run: string, file: LogFile, place: { start: number; count: number }, signal?: AbortSignal): Promise<LogLines> =>
  answer(service.GET("/api/runs/{run_id}/log", { params: { path: at(run), query: { file, ...place } }, ...(signal && { signal }) }));

/** How many lines a log has; asked again while the run goes on. */
export const logTotalQuery = (run: string, file: LogFile, goesOn: boolean) =>
  queryOptions({
    queryKey: ["runs", "log-total", run, file],
    queryFn: async ({ signal }) => (await logLines(run, file, { start: -1, count: 1 }, signal)).total,
    enabled: run !== "",
    refetchInterval: goesOn ? 1_000 : false,
  });

export interface LogSearch {
  run: string;
  file: LogFile;
  text: string;
  ignoreCase: boolean;
}

/**
 * Numbers of the lines that hold a text, answer by answer: each says how far it got, and the next goes on from there.
 * The lines themselves are left out: they are shown where they stand in the log.
 */
export const logSearchQuery = ({ run, file, text, ignoreCase }: LogSearch) =>
  infiniteQueryOptions({
    queryKey: ["runs", "log-search", run, file, text, ignoreCase],
    queryFn: async ({ pageParam, signal }) => {
      const query = { text, file, start: pageParam, limit: 1_000, ignore_case: ignoreCase };
      const { items, next, scanned } = await answer(service.GET("/api/runs/{run_id}/log/search", { params: { path: at(run), query }, signal }));
      return { numbers: items.map(({ number }) => number), next: next ?? null, scanned };
    },
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    enabled: run !== "" && text !== "",
    staleTime: Infinity,
    gcTime: 30_000,
  });
