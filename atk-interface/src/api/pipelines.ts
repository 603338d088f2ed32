import { queryOptions } from "@tanstack/react-query";
import { answer, service } from "@/api/client";

/** Every registered pipeline, in the order of super_config.yaml. */
export const pipelinesQuery = queryOptions({
  queryKey: ["pipelines"],
  queryFn: ({ signal }) => answer(service.GET("/api/pipelines", { signal })),
  staleTime: 60_000,
});

/** One pipeline with its parameters, JSON Schema, steps and README. */
export const pipelineQuery = (name: string) =>
  queryOptions({
    queryKey: ["pipelines", name],
    queryFn: ({ signal }) => answer(service.GET("/api/pipelines/{name}", { params: { path: { name } }, signal })),
    staleTime: 60_000,
    enabled: name !== "",
  });
