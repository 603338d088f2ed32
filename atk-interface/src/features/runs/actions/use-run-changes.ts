import { useNavigate } from "react-router";
import { useCancelRun, usePauseRun, useResumeRun } from "@/api/runs";
import type { Run } from "@/api/schema";
import { toast, toastProblem } from "@/components/toasts";

/** Changes of a run that need no question: they can all be taken back. What became of them is said in a corner. */
export function useRunChanges() {
  const pausing = usePauseRun();
  const cancelling = useCancelRun();
  const resuming = useResumeRun();
  const navigate = useNavigate();

  return {
    isBusy: pausing.isPending || cancelling.isPending || resuming.isPending,
    pause: (run: Run) => {
      pausing.mutate(run.id, {
        onSuccess: ({ state }) => toast(state === "paused" ? { tone: "info", title: `${run.name} is paused` } : pausingOf(run)),
        onError: (error) => toastProblem(`${run.name} was not paused`, error),
      });
    },
    cancel: (run: Run) => {
      cancelling.mutate(run.id, {
        onSuccess: ({ state, stopping }) => toast(state === "cancelled" ? { tone: "info", title: `${run.name} is cancelled` } : stoppingOf(run, run.stopping === stopping)),
        onError: (error) => toastProblem(`${run.name} was not cancelled`, error),
      });
    },
    resume: (run: Run) => {
      resuming.mutate(
        { id: run.id },
        {
          onSuccess: ({ id }) => toast({ tone: "good", title: `${run.name} goes on`, detail: "Nothing is paid twice.", action: { label: "Watch it", to: `/runs/${id}` } }),
          onError: (error) => toastProblem(`${run.name} was not resumed`, error),
        },
      );
    },
    compareWith: (run: Run) => void navigate(`/compare?first=${run.id}`),
  };
}

const pausingOf = ({ name }: Run) =>
  ({ tone: "info", title: `${name} is pausing`, detail: "It finishes the calls that are under way, and keeps all that it has." }) as const;

const stoppingOf = ({ name }: Run, again: boolean) =>
  again
    ? ({ tone: "info", title: `${name} is being killed`, detail: "Finished records are kept; calls under way are lost." } as const)
    : ({ tone: "info", title: `${name} is stopping cleanly`, detail: "If that takes too long, press Kill now." } as const);
