import { X } from "lucide-react";
import type { Job } from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import { Panel } from "@/components/panel";
import { ProblemNote } from "@/components/problem-note";
import { ProgressLine } from "@/components/progress-line";
import { TimeAgo } from "@/components/time-ago";
import { EstimateTable } from "./estimate-table";
import { PreviewRecords } from "./preview-records";
import type { Trial, TrialKind } from "./use-trial";

const WORDS: Record<TrialKind, { title: string; lead: string; doing: string }> = {
  estimate: { title: "Estimate", lead: "A few records are really run, and kept for the run: nothing is paid twice.", doing: "Estimating" },
  preview: { title: "Preview", lead: "The first records, 5 at most, really run, and kept for the run: nothing is paid twice.", doing: "Running up to 5 records" },
};

function Outcome({ kind, job: { state, result, message } }: { kind: TrialKind; job: Job }) {
  if (state === "completed" && result) return kind === "estimate" ? <EstimateTable result={result} /> : <PreviewRecords result={result} />;
  if (state === "cancelled") return <p className="text-soft">{message || "Cancelled."}</p>;
  return <p className="font-medium text-bad">{message || "It did not end well, and said nothing. Try again."}</p>;
}

/** What an estimate or a preview found; it stays until it is closed. */
export function TrialPanel({ kind, trial }: { kind: TrialKind; trial: Trial }) {
  if (!trial.isOpen) return null;
  const { title, lead, doing } = WORDS[kind];
  const { job } = trial;
  return (
    <Panel
      title={title}
      lead={
        <>
          {lead}{" "}
          {job && (
            <>
              Made <TimeAgo at={job.created} />.
            </>
          )}
        </>
      }
      actions={
        <>
          {!trial.isActive && (
            <Button size="small" onClick={trial.start}>
              Again
            </Button>
          )}
          {trial.isActive && job && (
            <Button size="small" onClick={trial.cancel}>
              Cancel
            </Button>
          )}
          <IconButton label={`Close ${title.toLowerCase()}`} onClick={trial.close}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </>
      }
    >
      <div aria-live="polite" aria-busy={trial.isActive}>
        {trial.isActive && (
          <p>
            {job?.state === "queued" ? "Waiting for its turn …" : `${doing} …`}
            <ProgressLine done={0} total={null} label={doing} />
          </p>
        )}
        {trial.error && <ProblemNote error={trial.error} title="This could not be tried" />}
        {job && !trial.isActive && <Outcome kind={kind} job={job} />}
      </div>
    </Panel>
  );
}
