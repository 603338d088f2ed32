import { Link } from "react-router";
import { isActive } from "@/api/runs";
import { failedOf, makesRows, secondsOf } from "@/api/run-figures";
import type { Run } from "@/api/schema";
import { ProgressLine } from "@/components/progress-line";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { count, counted, dollars, duration } from "@/lib/format";
import { hueOf } from "@/lib/pipeline-hue";

/** One run in a few words. */
export function RunCard({ run }: { run: Run }) {
  const { progress, figures } = run;
  return (
    <Link
      data-quiet
      to={`/runs/${run.id}`}
      className="hued flex h-full flex-col gap-1 rounded-2xl border border-line bg-panel p-4 shadow-card transition hover:border-hue"
      style={{ "--hue": hueOf(run.pipeline).hue }}
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate text-lg font-semibold">{run.name}</span>
        <StateBadge run={run} className="text-sm" />
      </span>
      <span className="truncate text-sm text-hue">{run.pipeline}</span>
      {isActive(run.state) ? (
        <>
          <span className="flex justify-between text-sm text-soft tabular-nums">
            <span className="truncate">{progress?.stage ?? ""}</span>
            <span>{progress?.eta_seconds ? duration(progress.eta_seconds) : ""}</span>
          </span>
          <ProgressLine done={progress?.done ?? 0} total={progress?.total ?? null} goesOn={run.state === "running"} label={`Progress of ${run.name}`} />
        </>
      ) : (
        <span className="flex flex-wrap justify-between gap-x-3 text-sm text-soft tabular-nums">
          <span>{makesRows(run) ? `${counted(figures.rows, "row")} · ${dollars(figures.cost)}` : duration(secondsOf(run, run.ended))}</span>
          <TimeAgo at={run.ended || run.created} />
        </span>
      )}
      <Losses run={run} />
    </Link>
  );
}

/** What did not come through, as visible as what did. */
function Losses({ run }: { run: Run }) {
  const failed = failedOf(run);
  const { dropped } = run.figures;
  if (failed + dropped === 0) return null;
  return (
    <span className="flex flex-wrap gap-x-3 text-sm font-semibold tabular-nums">
      {failed > 0 && <span className="text-bad">{count(failed)} failed</span>}
      {dropped > 0 && <span className="text-warn">{count(dropped)} dropped</span>}
    </span>
  );
}
