import clsx from "clsx";
import { Ban, CircleAlert, CircleCheck, CirclePause, Clock, LoaderCircle, Unplug, type LucideIcon } from "lucide-react";
import type { Run, State } from "@/api/schema";

const LOOKS: Record<State, { icon: LucideIcon; tone: string; word: string }> = {
  queued: { icon: Clock, tone: "text-info", word: "Queued" },
  running: { icon: LoaderCircle, tone: "text-ember", word: "Running" },
  paused: { icon: CirclePause, tone: "text-warn", word: "Paused" },
  completed: { icon: CircleCheck, tone: "text-good", word: "Completed" },
  failed: { icon: CircleAlert, tone: "text-bad", word: "Failed" },
  cancelled: { icon: Ban, tone: "text-soft", word: "Cancelled" },
  lost: { icon: Unplug, tone: "text-bad", word: "Lost" },
};

/** The words for a state, also while it is on its way to another one. */
export function stateWord({ state, stopping }: Pick<Run, "state" | "stopping">): string {
  if (stopping === "paused") return "Pausing …";
  if (stopping === "cancelled") return "Stopping …";
  return LOOKS[state].word;
}

/** Where a run is: a sign, a word and a colour. A completed run that left records behind says so beside it. */
export function StateBadge({ run, className }: { run: Pick<Run, "state" | "stopping" | "figures">; className?: string }) {
  const { icon: Icon, tone } = LOOKS[run.state];
  const left = run.state === "completed" ? run.figures.failed : 0;
  return (
    <span className={clsx("inline-flex items-center gap-1.5 font-medium whitespace-nowrap", tone, className)}>
      <Icon aria-hidden className={clsx("size-4", run.state === "running" && "animate-spin")} />
      {stateWord(run)}
      {left > 0 && <span className="text-bad">· {left} failed</span>}
    </span>
  );
}
