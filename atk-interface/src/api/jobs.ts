import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import { isActive } from "@/api/runs";
import type { Job } from "@/api/schema";

const POLL_MS = 400;

/** One estimate or preview; asked for again until it has ended. */
export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", id],
    queryFn: ({ signal }) => answer(service.GET("/api/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
    enabled: id !== "",
    refetchInterval: ({ state }) => (state.data && !isActive(state.data.state) ? false : POLL_MS),
    staleTime: Infinity,
  });

export interface JobStart {
  kind: "estimate" | "preview";
  /** The config as it is on the page, saved or not. */
  text: string;
  records: number;
}

/** A job whose answer is a job: the page shows it at once. */
function useJobChange<Wish>(change: (wish: Wish) => Promise<Job>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: (job) => client.setQueryData(jobQuery(job.id).queryKey, job) });
}

export const useStartJob = () =>
  useJobChange(({ kind, text, records }: JobStart) => answer(service.POST("/api/jobs", { body: { kind, text, records, config: "" } })));

export const useCancelJob = () =>
  useJobChange((id: string) => answer(service.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: id } } })));
