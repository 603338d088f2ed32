import clsx from "clsx";
import { CircleCheck, FolderOpen, TriangleAlert } from "lucide-react";
import { Link } from "react-router";
import { lostOf } from "@/api/run-figures";
import type { RunDetails } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { TrainOnRun } from "@/components/training/train-button";
import { count, counted } from "@/lib/format";

/** What a completed run has left: its rows to open, and as plainly what is not among them. */
export function DoneNote({ run }: { run: RunDetails }) {
  const { rows, failed } = run.figures;
  // What could not even be read is in the funnel and in the notes, not in the inbox of records.
  const elsewhere = Math.max(0, lostOf(run, "failed") - failed);
  const isWhole = failed + elsewhere === 0 && rows > 0; // what checks dropped is no trouble: that is their work
  const Icon = isWhole ? CircleCheck : TriangleAlert;
  return (
    <section data-quiet className={clsx("flex flex-wrap items-center gap-x-5 gap-y-3 rounded-2xl border bg-panel px-5 py-4 shadow-card", isWhole ? "border-good" : "border-warn")}>
      <Icon aria-hidden className={clsx("size-7", isWhole ? "text-good" : "text-warn")} />
      <div className="min-w-0 flex-1 basis-72 tabular-nums">
        <p className="text-lg font-semibold">{rows > 0 ? `${counted(rows, "row")} ${rows === 1 ? "is" : "are"} ready` : "It is through, but there are no rows"}</p>
        <Beside run={run} elsewhere={elsewhere} isWhole={isWhole} />
      </div>
      {rows > 0 && (
        <div className="flex flex-wrap gap-2">
          <ButtonLink to="samples" variant="go" className="animate-glow">
            Open the data
          </ButtonLink>
          <TrainOnRun run={run.id} />
          <ButtonLink to="files" icon={<FolderOpen aria-hidden className="size-4" />}>
            Files
          </ButtonLink>
        </div>
      )}
    </section>
  );
}

/** What is not among the rows, and who has answered. */
function Beside({ run, elsewhere, isWhole }: { run: RunDetails; elsewhere: number; isWhole: boolean }) {
  const { failed, dropped } = run.figures;
  return (
    <p className="flex flex-wrap gap-x-4">
      {failed > 0 && (
        <Link to="failed" className="font-semibold text-bad underline underline-offset-4">
          {counted(failed, "record")} failed: see why, and retry
        </Link>
      )}
      {elsewhere > 0 && <span className="font-semibold text-bad">{count(elsewhere)} failed on the way: the funnel below says why</span>}
      {dropped > 0 && <span className={clsx("font-semibold", !isWhole && "text-warn")}>{count(dropped)} dropped by checks: the funnel below says why</span>}
      {isWhole && dropped === 0 && <span className="text-soft">Nothing was dropped, and nothing failed.</span>}
      {run.offline && <span className="text-soft">Answered by the offline stand-in, not by a model.</span>}
    </p>
  );
}
