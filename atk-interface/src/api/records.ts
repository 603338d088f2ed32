import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

const at = (id: string) => ({ run_id: id });

/** The datasets of a run, and the stages that have left records. */
export const writtenQuery = (id: string, { live = false }: { live?: boolean } = {}) =>
  queryOptions({
    queryKey: ["runs", "written", id],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/datasets", { params: { path: at(id) }, signal })),
    enabled: id !== "",
    refetchInterval: live ? 3_000 : false,
  });

/** The newest records of a stage, as they come out of it. */
export const latestRecordsQuery = (id: string, stage: string, { live, limit }: { live: boolean; limit: number }) =>
  queryOptions({
    queryKey: ["runs", "latest", id, stage, limit],
    queryFn: ({ signal }) =>
      answer(service.GET("/api/runs/{run_id}/records", { params: { path: at(id), query: { stage, latest: true, limit } }, signal })),
    enabled: id !== "" && stage !== "",
    refetchInterval: live ? 2_000 : false,
    placeholderData: keepPreviousData,
  });

/** The first rows of a dataset. */
export const firstRowsQuery = (id: string, dataset: string, limit: number) =>
  queryOptions({
    queryKey: ["runs", "rows", id, dataset, limit],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/samples", { params: { path: at(id), query: { dataset, limit } }, signal })),
    enabled: id !== "" && dataset !== "",
  });

/** Rows that rest on one document, page by page; a page may be empty with more to come. */
export const rowsOfFileQuery = (id: string, dataset: string, file: string, text: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", "rows of", id, dataset, file, text],
    queryFn: ({ pageParam, signal }) =>
      answer(
        service.GET("/api/runs/{run_id}/samples", {
          params: { path: at(id), query: { dataset, file, text, ignore_case: true, cursor: pageParam, limit: 100 } },
          signal,
        }),
      ),
    initialPageParam: null as string | null, // null: the first page
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: id !== "" && dataset !== "" && file !== "",
  });
