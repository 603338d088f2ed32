import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { jobQuery, useCancelJob, useStartJob } from "@/api/jobs";
import { isActive } from "@/api/runs";
import type { Job } from "@/api/schema";
import { toastProblem } from "@/components/toasts";

export type TrialKind = "estimate" | "preview";
const RECORDS: Record<TrialKind, number> = { estimate: 10, preview: 5 };

export interface Trial {
  readonly job: Job | undefined;
  readonly error: Error | null;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly start: () => void;
  readonly cancel: () => void;
  readonly close: () => void;
}

/** An estimate or preview of a text. Its id is in the address, so that a reload still shows what it found. */
export function useTrial(kind: TrialKind, text: string): Trial {
  const [params, setParams] = useSearchParams();
  const id = params.get(kind) ?? "";
  const { data: job, error: lost } = useQuery(jobQuery(id));
  const start = useStartJob();
  const cancel = useCancelJob();
  const put = (next: string) =>
    setParams(
      (now) => {
        if (next) now.set(kind, next);
        else now.delete(kind);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  return {
    job: start.isPending ? undefined : job,
    error: start.error ?? (id ? lost : null),
    isOpen: id !== "" || start.isPending || start.isError,
    isActive: start.isPending || (job !== undefined && isActive(job.state)),
    start: () => start.mutate({ kind, text, records: RECORDS[kind] }, { onSuccess: (started) => put(started.id) }),
    cancel: () => job && cancel.mutate(job.id, { onError: (error) => toastProblem("It was not cancelled", error) }),
    close: () => {
      if (job && isActive(job.state)) cancel.mutate(job.id);
      start.reset();
      put("");
    },
  };
}
