import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import { refreshRuns } from "@/api/runs";
import type { TrainingHistory, TrainingWish } from "@/api/schema";
import { mergeTraining } from "@/api/training-merge";

const MOST_POINTS = 500;
const WITH_CURVES_MS = 1_000;
const WITHOUT_MS = 5_000;

/** The curves of a training run, stage by stage; asked for again, only for what is new, while the run is `live`. */
export const trainingQuery = (id: string, live: boolean) =>
  queryOptions({
    queryKey: ["runs", "training", id],
    queryFn: async ({ client, queryKey, signal }) => {
      const before = client.getQueryData<TrainingHistory>(queryKey);
      const query = { points: MOST_POINTS, after: before?.last ?? "" };
      const news = await answer(service.GET("/api/runs/{run_id}/training", { params: { path: { run_id: id }, query }, signal }));
      return mergeTraining(before, news);
    },
    enabled: id !== "",
    refetchInterval: ({ state }) => {
      if (state.data?.complete === false) return WITH_CURVES_MS;
      if (!live) return waitsForNext(state.data) ? WITHOUT_MS : false;
      return state.data?.stages.length ? WITH_CURVES_MS : WITHOUT_MS;
    },
  });

/** What follows is started some seconds after the run has ended. */
const waitsForNext = (data: TrainingHistory | undefined): boolean => data !== undefined && (data.following.then?.length ?? 0) > 0 && !data.following.started && !data.following.problem;

/** Write a config from datasets and queue it; what is to follow starts by itself. */
export function useStartTraining() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: TrainingWish) => answer(service.POST("/api/training", { body: wish })),
    onSettled: () => Promise.all([refreshRuns(client), client.invalidateQueries({ queryKey: ["configs"] })]),
  });
}
