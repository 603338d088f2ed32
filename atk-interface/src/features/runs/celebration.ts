import { useEffect, useRef } from "react";
import { makesRows } from "@/api/run-figures";
import type { RunDetails, State } from "@/api/schema";
import { hueOf } from "@/lib/pipeline-hue";

/** A run that was completed longer ago than this is old news. */
const RECENT_SECONDS = 300;

type Finished = Pick<RunDetails, "id" | "state" | "ended" | "figures" | "pipeline">;

/**
 * Whether a run's completion is to be celebrated: it was seen to happen, or has just happened; and there is something
 * to open that is worth it.
 */
export function isWorthCelebrating(run: Finished, before: State | undefined, now: number): boolean {
  if (run.state !== "completed") return false;
  if (makesRows(run) && (run.figures.rows === 0 || run.figures.failed > run.figures.rows)) return false;
  const wasSeen = before !== undefined && before !== "completed";
  return wasSeen || Math.abs(now - run.ended) < RECENT_SECONDS;
}

/** One key for each time that a run is completed: one that was resumed may be celebrated again. */
export const celebrationKey = ({ id, ended }: Finished): string => `${id}@${Math.round(ended)}`;

/** Fireworks, once in this browser, when the run on the page is completed. */
export function useCelebration(run: RunDetails | undefined): void {
  const before = useRef<State>(undefined);
  useEffect(() => {
    if (!run) return;
    const last = before.current;
    // Its last figures come a moment after its state: until then it is not taken for completed.
    if (run.state === "completed" && last !== "completed" && makesRows(run) && run.figures.rows === 0 && run.progress) return;
    before.current = run.state;
    if (last === "completed" || !isWorthCelebrating(run, last, Date.now() / 1000)) return;
    void celebrate(celebrationKey(run), hueOf(run.pipeline).hue);
  }, [run]);
}

async function celebrate(key: string, hue: number): Promise<void> {
  const { onceFor, fireworks } = await import("@/workshop");
  if (await onceFor(key)) await fireworks({ hue });
}
