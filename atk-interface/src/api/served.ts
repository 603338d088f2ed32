import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { ServedList } from "@/api/schema";

const WHILE_STARTING_MS = 1_500;
const OTHERWISE_MS = 20_000;

/** Servers of models that are queued or running, each with whether it answers. Asked often while one is on its way. */
export const servedQuery = queryOptions({
  queryKey: ["models", "served"],
  queryFn: ({ signal }) => answer(service.GET("/api/models/served", { signal })),
  refetchInterval: ({ state }) => (state.data?.items.some(({ answers }) => !answers) ? WHILE_STARTING_MS : OTHERWISE_MS),
});

/** The server that has a model of this project. */
export const serverOf = (list: ServedList | undefined, path: string) => list?.items.find(({ paths }) => paths.includes(path.replace(/\/+$/, "")));

/** Start a server for models, or find the one that has them. It is a run like any other. */
export function useServe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (models: string[]) => answer(service.POST("/api/models/serve", { body: { models } })),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: servedQuery.queryKey }), client.invalidateQueries({ queryKey: ["runs"] })]),
  });
}
