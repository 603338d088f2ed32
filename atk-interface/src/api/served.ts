import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import { isActive, runQuery } from "@/api/runs";
import type { ServedList } from "@/api/schema";

const WHILE_STARTING_MS = 1_500;
const OTHERWISE_MS = 20_000;
const UNTIL_ENDED_MS = 3_000;

/** Servers of models that are queued or running, each with whether it answers. Asked often while one is on its way. */
export const servedQuery = queryOptions({
  queryKey: ["models", "served"],
  queryFn: ({ signal }) => answer(service.GET("/api/models/served", { signal })),
  refetchInterval: ({ state }) => (state.data?.items.some(({ answers }) => !answers) ? WHILE_STARTING_MS : OTHERWISE_MS),
});

/** The server that has a model of this project. */
const serverOf = (list: ServedList | undefined, path: string) => list?.items.find(({ paths }) => paths.includes(path.replace(/\/+$/, "")));

/** The server of a model: whether it answers, how to start one, and the run of one that was started here and has ended. */
export function useModelServer(path: string) {
  const client = useQueryClient();
  const served = useQuery(servedQuery);
  const serve = useMutation({
    mutationFn: () => answer(service.POST("/api/models/serve", { body: { models: [path] } })),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: servedQuery.queryKey }), client.invalidateQueries({ queryKey: ["runs"] })]),
  });
  const server = serverOf(served.data, path);
  const started = serve.data?.run.id ?? "";
  // A server that has ended is in the list no more; its run says why.
  const run = useQuery({ ...runQuery(started), enabled: started !== "" && !server, refetchInterval: ({ state }) => (state.data && !isActive(state.data.state) ? false : UNTIL_ENDED_MS) });
  const ended = server || !run.data || isActive(run.data.state) ? undefined : run.data;
  return { served, serve, server, ended };
}
