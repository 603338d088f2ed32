import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

const MOST_DATASETS = 4;

/** The first row of each dataset of a run. */
export const sampleRowsQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "one", id, "first-rows"],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const path = { run_id: id };
      const { items } = await answer(service.GET("/api/runs/{run_id}/datasets", { params: { path }, signal }));
      const filled = items.filter(({ rows }) => rows > 0).slice(0, MOST_DATASETS);
      return Promise.all(
        filled.map(async ({ name: dataset }) => {
          const page = await answer(service.GET("/api/runs/{run_id}/samples", { params: { path, query: { dataset, limit: 1 } }, signal }));
          return { dataset, row: page.items[0]?.row ?? {} };
        }),
      );
    },
  });
