import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient, type Query, type QueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { Run, State } from "@/api/schema";

export interface RunFilter {
  states?: State[];
  tag?: string;
  text?: string;
  sort?: "created" | "started" | "ended" | "name" | "state";
  descending?: boolean;
}

/** Whether something may still happen to a run without anybody doing anything. */
export const isActive = (state: State): boolean => state === "queued" || state === "running";

/** Whether a run stopped before its end and can go on. */
export const isResumable = (state: State): boolean => ["paused", "failed", "cancelled", "lost"].includes(state);

/** Runs, page by page, newest first unless the filter says otherwise. Looked at again while one of them is active. */
export const runsQuery = (filter: RunFilter = {}, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ["runs", "list", filter, limit],
    queryFn: ({ pageParam, signal }) =>
      answer(
        service.GET("/api/runs", {
          params: {
            query: {
              state: filter.states ?? null,
              tag: filter.tag ?? "",
              text: filter.text ?? "",
              sort: filter.sort ?? "created",
              descending: filter.descending ?? true,
              cursor: pageParam,
              limit,
            },
          },
          signal,
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.next ? Number(page.next) : undefined),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((run) => isActive(run.state))) ? 2_000 : 10_000,
  });

/** Runs that go on or wait for their turn: the ones that every page keeps in sight. */
export const activeRunsQuery = queryOptions({
  queryKey: ["runs", "active"],
  queryFn: ({ signal }) =>
    answer(service.GET("/api/runs", { params: { query: { state: ["running", "queued"], sort: "created", descending: true, limit: 20 } }, signal })),
  refetchInterval: ({ state }) => (state.data?.items.length ? 1_000 : 4_000),
});

/** One run with its funnel, config and command. While it goes on, its events keep this up to date: see run-events.ts. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ["runs", "one", id],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}", { params: { path: { run_id: id } }, signal })),
    enabled: id !== "",
  });

/** All that is known of runs may be different now. */
export const refreshRuns = (client: QueryClient): Promise<void> => client.invalidateQueries({ queryKey: ["runs"] });

/** A change that answers with the run: lists and the run's own page show it at once. */
function useRunChange<Wish>(change: (wish: Wish) => Promise<Run>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => refreshRuns(client) });
}

/** Values that replace those of a config, as YAML; nested keys with dots. */
export type Overrides = Record<string, string>;

export interface RunStart {
  config?: string;
  pipeline?: string;
  name?: string;
  tags?: string[];
  overrides?: Overrides;
}

/** Start a run of a config below configs/, or of a pipeline with the config that lies beside it. */
export const useStartRun = () =>
  useRunChange(({ config = "", pipeline = "", name = "", tags = [], overrides = {} }: RunStart) =>
    answer(service.POST("/api/runs", { body: { config, pipeline, name, tags, overrides } })),
  );

const at = (id: string) => ({ params: { path: { run_id: id } } });

export const usePauseRun = () => useRunChange((id: string) => answer(service.POST("/api/runs/{run_id}/pause", at(id))));

/** Stop for good; asked a second time, it does not wait for a clean stop. */
export const useCancelRun = () => useRunChange((id: string) => answer(service.POST("/api/runs/{run_id}/cancel", at(id))));

export const useResumeRun = () =>
  useRunChange(({ id, overrides = {} }: { id: string; overrides?: Overrides }) =>
    answer(service.POST("/api/runs/{run_id}/resume", { ...at(id), body: { overrides } })),
  );

export const useCloneRun = () =>
  useRunChange(({ id, outputDir = "", name = "", start = true, overrides = {} }: { id: string; outputDir?: string; name?: string; start?: boolean; overrides?: Overrides }) =>
    answer(service.POST("/api/runs/{run_id}/clone", { ...at(id), body: { output_dir: outputDir, name, start, overrides } })),
  );

/** Ask again for failed records; `records` empty means all of them. */
export const useRetryFailed = () =>
  useRunChange(({ id, records = [], overrides = {} }: { id: string; records?: string[]; overrides?: Overrides }) =>
    answer(service.POST("/api/runs/{run_id}/retry-failed", { ...at(id), body: { records, overrides } })),
  );

export const useLabelRun = () =>
  useRunChange(({ id, name, tags }: { id: string; name?: string; tags?: string[] }) =>
    answer(service.PATCH("/api/runs/{run_id}", { ...at(id), body: { name: name ?? null, tags: tags ?? null } })),
  );

/** Take a run out of the list; with `files`, its folder too. Nothing more is asked of it: its page may still be open. */
export function useDeleteRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, files }: { id: string; files: boolean }) =>
      answer(service.DELETE("/api/runs/{run_id}", { params: { path: { run_id: id }, query: { files } } })),
    onSuccess: (_, { id }) => {
      const isOthers = ({ queryKey }: Query) => queryKey[0] === "runs" && !queryKey.includes(id);
      void client.invalidateQueries({ predicate: isOthers });
    },
  });
}

/** What two runs do not share. */
export const comparisonQuery = (first: string, second: string) =>
  queryOptions({
    queryKey: ["runs", "compare", first, second],
    queryFn: ({ signal }) => answer(service.GET("/api/compare", { params: { query: { first, second } }, signal })),
    enabled: first !== "" && second !== "",
  });
