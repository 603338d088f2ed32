import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** What runs have found out about models, the newest first. */
export const evaluationsQuery = infiniteQueryOptions({
  queryKey: ["runs", "evaluations"],
  queryFn: ({ pageParam, signal }) => answer(service.GET("/api/evaluations", { params: { query: { cursor: pageParam, limit: 100 } }, signal })),
  initialPageParam: 0,
  getNextPageParam: ({ next }) => (next ? Number(next) : undefined),
  refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? 10_000 : false), // runs of the command line end unheard
});

/** What a run has found out about a model. */
export const evaluationQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", "evaluation", run],
    queryFn: ({ signal }) => answer(service.GET("/api/evaluations/{run_id}", { params: { path: { run_id: run } }, signal })),
    enabled: run !== "",
  });

/** What two runs have found out, side by side. */
export const evaluationComparisonQuery = (first: string, second: string) =>
  queryOptions({
    queryKey: ["runs", "evaluation-comparison", first, second],
    queryFn: ({ signal }) => answer(service.GET("/api/compare/evaluations", { params: { query: { first, second } }, signal })),
    enabled: first !== "" && second !== "",
  });

/** Questions with what is right and what the models said, page by page. */
export const answersQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", "evaluation-answers", run],
    queryFn: ({ pageParam, signal }) => answer(service.GET("/api/evaluations/{run_id}/answers", { params: { path: { run_id: run }, query: { cursor: pageParam, limit: 20 } }, signal })),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => (next ? Number(next) : undefined),
  });
