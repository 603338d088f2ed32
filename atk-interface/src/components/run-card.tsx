import { Link } from "react-router";
import type { Run } from "@/api/schema";
import { ProgressLine } from "@/components/progress-line";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { counted, dollars, duration } from "@/lib/format";
import { hueOf } from "@/lib/pipeline-hue";

/** One run in a few words. */
export function RunCard({ run }: { run: Run }) {
  const { progress, figures } = run;
  const goesOn = run.state === "running" || run.state === "queued";
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
      {goesOn ? (
        <>
          <span className="flex justify-between text-sm text-soft tabular-nums">
            <span className="truncate">{progress?.stage ?? ""}</span>
            <span>{progress?.eta_seconds ? duration(progress.eta_seconds) : ""}</span>
          </span>
          <ProgressLine done={progress?.done ?? 0} total={progress?.total ?? null} label={`Progress of ${run.name}`} />
        </>
      ) : (
        <span className="flex flex-wrap justify-between gap-x-3 text-sm text-soft tabular-nums">
          <span>
            {counted(figures.rows, "row")} · {dollars(figures.cost)}
          </span>
          <TimeAgo at={run.ended || run.created} />
        </span>
      )}
    </Link>
  );
}
