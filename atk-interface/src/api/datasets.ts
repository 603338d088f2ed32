import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** The datasets that a run has written, with how many rows are reviewed, and the stages that have left records. */
export const datasetsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", "datasets", run],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/datasets", { params: { path: { run_id: run } }, signal })),
    enabled: run !== "",
  });
