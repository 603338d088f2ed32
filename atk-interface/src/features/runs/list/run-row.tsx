import clsx from "clsx";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { failedOf, makesRows, secondsOf, spentOf } from "@/api/run-figures";
import { isActive } from "@/api/runs";
import type { Run } from "@/api/schema";
import { IconButton } from "@/components/button";
import { Menu } from "@/components/menu";
import { ProgressLine } from "@/components/progress-line";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { RunDialog, type RunDialogName } from "@/features/runs/actions/run-dialog";
import { useRunMenu } from "@/features/runs/actions/use-run-menu";
import { useNow } from "@/lib/clock";
import { compact, count, dollars, duration } from "@/lib/format";
import { hueOf } from "@/lib/pipeline-hue";

interface RunRowProps {
  run: Run;
  isCurrent: boolean;
  isChosen: boolean;
  /** Two others are chosen already. */
  cannotChoose: boolean;
  onChoose: (isChosen: boolean) => void;
  onTag: (tag: string) => void;
}

/** A run in the list. The whole of it leads to the run; what can be pressed in it lies above that. */
export function RunRow({ run, isCurrent, isChosen, cannotChoose, onChoose, onTag }: RunRowProps) {
  const [dialog, setDialog] = useState<RunDialogName>();
  const items = useRunMenu(run, setDialog);
  return (
    <li
      id={`run-${run.id}`}
      style={{ "--hue": hueOf(run.pipeline).hue }}
      className={clsx(
        "hued relative grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-2 rounded-2xl border bg-panel px-4 py-3 shadow-card transition hover:border-edge",
        "lg:grid-cols-[auto_minmax(0,1.4fr)_minmax(0,1.6fr)_auto]",
        isCurrent ? "border-hue outline-2 outline-hue" : "border-line",
      )}
    >
      <span aria-hidden className="absolute inset-y-3 left-0 w-1 rounded-r-full bg-hue" />
      <input
        type="checkbox"
        aria-label={`Choose ${run.name} to compare`}
        checked={isChosen}
        disabled={cannotChoose}
        onChange={(event) => onChoose(event.target.checked)}
        className="relative z-10 size-4 accent-ember"
      />
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <Link to={`/runs/${run.id}`} className="min-w-0 truncate text-lg font-semibold after:absolute after:inset-0 after:rounded-2xl">
            {run.name}
          </Link>
          <StateBadge run={run} className="text-sm" />
        </p>
        <p className="flex min-w-0 flex-wrap items-center gap-x-2 text-sm text-soft">
          <span className="truncate text-hue">{run.pipeline}</span>
          {run.tags.map((tag) => (
            <button key={tag} type="button" aria-label={`Only runs with the tag ${tag}`} onClick={() => onTag(tag)} className="relative z-10 rounded-full border border-line px-2 text-xs hover:border-edge">
              {tag}
            </button>
          ))}
        </p>
      </div>
      <div className="order-last col-span-full min-w-0 lg:order-none lg:col-span-1">
        <RunOutcome run={run} />
      </div>
      <div className="relative z-10">
        <Menu items={items}>
          <IconButton label={`More for ${run.name}`}>
            <Ellipsis aria-hidden className="size-5" />
          </IconButton>
        </Menu>
      </div>
      {dialog && <RunDialog run={run} open={dialog} onClose={() => setDialog(undefined)} />}
    </li>
  );
}

/** What a run has come to; while it goes on, how far it is. */
function RunOutcome({ run }: { run: Run }) {
  const spent = spentOf(run);
  const failed = failedOf(run);
  const { dropped } = run.figures;
  const { waiting = [] } = run;
  return (
    <div className="flex flex-col gap-1 text-sm tabular-nums">
      {isActive(run.state) && <RunAdvance run={run} />}
      <p className="flex flex-wrap gap-x-4 gap-y-0.5">
        {makesRows(run) && (
          <span>
            <b className="font-semibold">{count(run.figures.rows)}</b> <span className="text-soft">{run.figures.rows === 1 ? "row" : "rows"}</span>
          </span>
        )}
        {waiting.length > 0 && <span className={isActive(run.state) ? "text-soft" : "font-semibold text-warn"}>{isActive(run.state) ? `${waiting.length} to follow` : `${waiting.length} waiting for it`}</span>}
        {failed > 0 && <b className="font-semibold text-bad">{count(failed)} failed</b>}
        {dropped > 0 && <b className="font-semibold text-warn">{count(dropped)} dropped</b>}
        {(makesRows(run) || spent.calls + spent.reused > 0) && (
          <>
            <span className="text-soft">{compact(spent.input_tokens + spent.output_tokens)} tokens</span>
            <span className="text-soft">{dollars(spent.cost)}</span>
          </>
        )}
        <RunTime run={run} />
      </p>
    </div>
  );
}

function RunTime({ run }: { run: Run }) {
  const now = useNow();
  const seconds = secondsOf(run, now);
  return (
    <span className="text-soft">
      {seconds > 0 && `${duration(Math.floor(seconds * 10) / 10)} · `}
      <TimeAgo at={run.ended || run.started || run.created} />
    </span>
  );
}

function RunAdvance({ run }: { run: Run }) {
  const { progress } = run;
  const eta = progress?.eta_seconds;
  return (
    <div>
      <p className="flex justify-between gap-3 text-soft">
        <span className="truncate">{progress?.stage ?? (run.state === "queued" ? "Waits for its turn" : "Begins")}</span>
        <span className="whitespace-nowrap">
          {progress?.total ? `${count(progress.done)} of ${count(progress.total)}` : ""}
          {eta ? ` · ${duration(eta)} left` : ""}
        </span>
      </p>
      <ProgressLine done={progress?.done ?? 0} total={progress?.total ?? null} goesOn={run.state === "running"} label={`Progress of ${run.name}`} className="mt-1!" />
    </div>
  );
}
