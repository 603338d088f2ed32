import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

const at = (run: string) => ({ path: { run_id: run } });

/** The datasets that a run has written, with how many rows are reviewed, and the stages that have left records. */
export const datasetsQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", "datasets", run],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/datasets", { params: at(run), signal })),
    enabled: run !== "",
    refetchInterval: 4_000, // somebody else may be reviewing too
  });

/** What has come out of a stage last: what there is to look at while a run goes on. */
export const latestRecordsQuery = (run: string, stage: string, goesOn: boolean) =>
  queryOptions({
    queryKey: ["runs", "records", run, stage],
    queryFn: ({ signal }) =>
      answer(service.GET("/api/runs/{run_id}/records", { params: { ...at(run), query: { stage, latest: true, limit: 20 } }, signal })),
    enabled: run !== "" && stage !== "",
    refetchInterval: goesOn ? 2_000 : false,
  });
