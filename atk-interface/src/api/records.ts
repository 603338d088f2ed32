import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import { datasetsQuery } from "@/api/datasets";

const at = (id: string) => ({ run_id: id });

/** The newest records of a stage, as they come out of it. */
export const latestRecordsQuery = (id: string, stage: string, { live, limit }: { live: boolean; limit: number }) =>
  queryOptions({
    queryKey: ["runs", "latest", id, stage, limit],
    queryFn: ({ signal }) =>
      answer(service.GET("/api/runs/{run_id}/records", { params: { path: at(id), query: { stage, latest: true, limit } }, signal })),
    enabled: id !== "" && stage !== "",
    refetchInterval: live ? 2_000 : false,
  });

/** The first rows of a dataset. */
export const firstRowsQuery = (id: string, dataset: string, limit: number) =>
  queryOptions({
    queryKey: ["runs", "rows", id, dataset, limit],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/samples", { params: { path: at(id), query: { dataset, limit } }, signal })),
    enabled: id !== "" && dataset !== "",
  });

const MOST_DATASETS = 4;

/** The first row of each dataset of a run. */
export const exampleRowsQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "examples", id],
    staleTime: 60_000,
    queryFn: async ({ client }) => {
      const { items } = await client.query(datasetsQuery(id));
      const filled = items.filter(({ rows }) => rows > 0).slice(0, MOST_DATASETS);
      return Promise.all(
        filled.map(async ({ name: dataset }) => ({ dataset, row: (await client.query(firstRowsQuery(id, dataset, 1))).items[0]?.row ?? {} })),
      );
    },
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
