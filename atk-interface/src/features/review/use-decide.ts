import { useState } from "react";
import { useReview, wayBack, type OneDecision, type Standing } from "@/api/reviews";
import type { Sample } from "@/api/schema";
import { toast, toastProblem } from "@/components/toasts";

interface Done {
  row: string;
  before: Standing;
}

export interface Decide {
  accept: (sample: Sample, note: string) => void;
  reject: (sample: Sample, note: string) => void;
  /** Resolves when the edited form is on the disk. */
  edit: (sample: Sample, edited: Sample["row"], note: string) => Promise<unknown>;
  /** Take back what was decided here last; without such, what stands of `sample`. Returns the row that it was about. */
  undo: (sample: Sample | undefined, known: (row: string) => Sample | undefined) => string | undefined;
}

const TITLES: Record<OneDecision["decision"], string> = {
  accept: "The row could not be accepted",
  reject: "The row could not be rejected",
  edit: "The row could not be saved",
  undo: "The decision could not be taken back",
};

/** Decides about rows, shows it at once, and remembers what was there before. */
export function useDecide(run: string, dataset: string): Decide {
  const review = useReview(run, dataset);
  const [done, setDone] = useState<Done[]>([]);

  const decide = async (sample: Sample, decisions: OneDecision[]) => {
    const entry: Done = { row: sample.id, before: { decision: sample.decision ?? null, edited: sample.edited ?? null } };
    if (decisions[0]?.decision !== "undo") setDone((before) => [...before, entry]);
    try {
      await review.mutateAsync({ sample, decisions });
    } catch (error) {
      setDone((before) => before.filter((each) => each !== entry));
      throw error;
    }
  };
  const decideAtOnce = (sample: Sample, decisions: OneDecision[]) => {
    decide(sample, decisions).catch((error: unknown) => toastProblem(TITLES[decisions[0]?.decision ?? "accept"], error));
  };

  return {
    accept: (sample, note) => decideAtOnce(sample, [{ row: sample.id, decision: "accept", note }]),
    reject: (sample, note) => decideAtOnce(sample, [{ row: sample.id, decision: "reject", note }]),
    edit: (sample, edited, note) => decide(sample, [{ row: sample.id, decision: "edit", edited, note }]),
    undo: (sample, known) => {
      const last = done.at(-1);
      const about = last ? known(last.row) : sample;
      setDone((before) => before.slice(0, -1));
      if (!about || (!last && !about.decision)) {
        toast(last ? { tone: "info", title: "That row is not in this list", detail: "Show all rows, choose it, and press u." } : { tone: "info", title: "There is nothing to take back" });
        return undefined;
      }
      decideAtOnce(about, wayBack(about.id, last?.before ?? { decision: null, edited: null }));
      return about.id;
    },
  };
}
