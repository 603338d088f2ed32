import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** What a run has found out about a model. */
export const evaluationQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", "evaluation", run],
    queryFn: ({ signal }) => answer(service.GET("/api/evaluations/{run_id}", { params: { path: { run_id: run } }, signal })),
    enabled: run !== "",
  });

/** Questions with what is right and what the models said, page by page. */
export const answersQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", "evaluation-answers", run],
    queryFn: ({ pageParam, signal }) => answer(service.GET("/api/evaluations/{run_id}/answers", { params: { path: { run_id: run }, query: { cursor: pageParam, limit: 20 } }, signal })),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => (next ? Number(next) : undefined),
  });
