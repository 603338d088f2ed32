import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { DatasetKind } from "@/api/schema";

const PAGE = 100;

/** Layouts that rows can be exported in. */
export const LAYOUTS = ["messages", "sharegpt", "alpaca", "text", "segments"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What finished runs have made to train on and to evaluate with, the newest run's first. */
export const catalogueQuery = (filter: { kind?: DatasetKind | undefined; run?: string } = {}) =>
  infiniteQueryOptions({
    queryKey: ["runs", "catalogue", filter],
    queryFn: ({ pageParam, signal }) =>
      answer(
        service.GET("/api/datasets", {
          params: { query: { kind: filter.kind ? [filter.kind] : null, run: filter.run ?? "", cursor: pageParam, limit: PAGE } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? 10_000 : false), // runs of the command line end unheard
  });

/** One file of rows, or a training folder, with its first rows. `file` is as the list has it: "." is the run's folder itself. */
export const datasetQuery = (run: string, file: string) =>
  queryOptions({
    queryKey: ["runs", "catalogue", "one", run, file],
    queryFn: ({ signal }) => answer(service.GET("/api/datasets/{run_id}", { params: { path: { run_id: run }, query: { file } }, signal })),
  });

/** Where a dataset can be had in another layout, as JSON lines, or as a Parquet file. */
export const exportUrl = (run: string, file: string, format: Layout | "parquet"): string => `/api/datasets/${run}/export?${new URLSearchParams({ file, format }).toString()}`;
