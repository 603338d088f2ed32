import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import { datasetsQuery } from "@/api/datasets";
import { mapRows, reviewing, type SampleList } from "@/api/samples";
import type { BulkReview, DatasetList, Export, Reviews, ReviewCounts, Sample } from "@/api/schema";

/** What stands of a row: the last decision, and the form that somebody gave it. */
export type Standing = Pick<Sample, "decision" | "edited">;
export type OneDecision = Reviews["decisions"][number];

/** What stands after a decision, as the service reckons it: a rewritten row stays so until `undo`. */
export function standingAfter(before: Standing, { decision, ...rest }: OneDecision): Standing {
  if (decision === "undo") return { decision: null, edited: null };
  return { decision, edited: "edited" in rest ? rest.edited : (before.edited ?? null) };
}

/** The decisions that lead back to what stood before, whatever stands now. */
export function wayBack(row: string, { decision, edited }: Standing): OneDecision[] {
  const steps: OneDecision[] = [{ row, decision: "undo", note: "" }];
  if (edited) steps.push({ row, decision: "edit", edited, note: "" });
  if (decision === "accept" || decision === "reject") steps.push({ row, decision, note: "" });
  return steps;
}

/** The counts after one row has gone from one decision to another. */
export function countsAfter(counts: ReviewCounts, before: Sample["decision"], after: Sample["decision"]): ReviewCounts {
  const next = { ...counts };
  if (before && before !== "undo") next[before] = Math.max(0, next[before] - 1);
  if (after && after !== "undo") next[after] += 1;
  return next;
}

/** The row with what stands of it; all other rows as they are. */
const withStanding = (list: SampleList, row: string, standing: Standing): SampleList => mapRows(list, (item) => (item.id === row ? { ...item, ...standing } : item));

const withCounts = (list: DatasetList, dataset: string, before: Standing, after: Standing): DatasetList => ({
  ...list,
  items: list.items.map((item) => (item.name === dataset ? { ...item, reviewed: countsAfter(item.reviewed, before.decision, after.decision) } : item)),
});

interface Decided {
  sample: Sample;
  decisions: OneDecision[];
}

/** Decide about a row. It is shown at once, and taken back when the service could not keep it. */
export function useReview(run: string, dataset: string) {
  const client = useQueryClient();
  const lists = { queryKey: ["runs", "samples", run, dataset] };
  const show = (row: string, before: Standing, after: Standing) => {
    client.setQueriesData<SampleList>(lists, (list) => list && withStanding(list, row, after));
    client.setQueryData(datasetsQuery(run).queryKey, (list) => list && withCounts(list, dataset, before, after));
  };
  return useMutation({
    mutationKey: reviewing(run),
    scope: { id: `review ${run}` }, // one after the other: the last key pressed is the last word
    mutationFn: ({ decisions }: Decided) => answer(service.POST("/api/runs/{run_id}/reviews", { params: { path: { run_id: run } }, body: { dataset, decisions } })),
    onMutate: ({ sample, decisions }) => {
      const after = decisions.reduce(standingAfter, sample);
      void client.cancelQueries({ queryKey: datasetsQuery(run).queryKey }); // its counts would be those from before
      show(sample.id, sample, after);
      return after;
    },
    onSuccess: (_, { sample }, after) => client.setQueriesData<SampleList>(lists, (list) => list && withStanding(list, sample.id, after)),
    onError: (_, { sample }, after) => after && show(sample.id, after, { decision: sample.decision ?? null, edited: sample.edited ?? null }),
    onSettled: (_, __, { sample }) =>
      Promise.all([
        client.isMutating({ mutationKey: reviewing(run) }) > 1 ? undefined : client.invalidateQueries({ queryKey: datasetsQuery(run).queryKey }),
        client.invalidateQueries({ queryKey: ["runs", "review-history", run, dataset, sample.id] }),
      ]),
  });
}

/** Decide the same about all rows that fit a filter. */
export function useBulkReview(run: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BulkReview) => answer(service.POST("/api/runs/{run_id}/reviews/bulk", { params: { path: { run_id: run } }, body })),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: datasetsQuery(run).queryKey }),
        client.invalidateQueries({ queryKey: ["runs", "review-history", run] }),
        client.resetQueries({ queryKey: ["runs", "samples", run] }),
      ]),
  });
}

/** Write the reviewed rows to a file of their own. */
export const useExportReviewed = (run: string) =>
  useMutation({ mutationFn: (body: Export) => answer(service.POST("/api/runs/{run_id}/reviews/export", { params: { path: { run_id: run } }, body })) });

/** Everything that was decided about a row, oldest first. */
export const reviewHistoryQuery = (run: string, dataset: string, row: string) =>
  queryOptions({
    queryKey: ["runs", "review-history", run, dataset, row],
    queryFn: ({ signal }) => answer(service.GET("/api/runs/{run_id}/reviews", { params: { path: { run_id: run }, query: { dataset, row } }, signal })),
    enabled: row !== "",
  });
