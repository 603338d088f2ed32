import { lazy, Suspense } from "react";
import { makesRows } from "@/api/run-figures";
import type { RunDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { ProgressLine } from "@/components/progress-line";
import { count, duration, rate } from "@/lib/format";
import { hueOf } from "@/lib/pipeline-hue";

const SparkBar = lazy(() => import("@/workshop").then(({ SparkBar }) => ({ default: SparkBar })));

/** How far the run is: the stage it is at, and how much of that is done. */
export function ProgressPanel({ run }: { run: RunDetails }) {
  const { progress, state } = run;
  const [done, total] = [progress?.done ?? 0, progress?.total ?? null];
  const stage = progress?.stage ?? "";
  const label = `Progress of ${run.name}`;
  return (
    <Panel>
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p className="min-w-0 truncate text-lg font-semibold">{stage === "" ? placeFor(run) : stage}</p>
        <p className="flex flex-wrap gap-x-4 tabular-nums">
          <span className={progress ? "" : "invisible"}>
            <b className="font-semibold">{count(done)}</b>
            <span className="text-soft"> {total === null ? "so far" : `of ${count(total)}`}</span>
          </span>
          {state === "running" && <Pace progress={progress} />}
        </p>
      </div>
      <div className="mt-2 h-6">
        <Suspense fallback={<ProgressLine done={done} total={total} label={label} goesOn={state === "running"} />}>
          <SparkBar value={done} max={total} indeterminate={state === "running" && total === null} state={state} hue={hueOf(run.pipeline).hue} label={label} />
        </Suspense>
      </div>
      <p className="min-h-6 text-sm text-soft">{progress?.message}</p>
    </Panel>
  );
}

const Pace = ({ progress }: Pick<RunDetails, "progress">) => (
  <>
    <span className="min-w-14 text-right">{rate(progress?.records_per_second ?? 0)}</span>
    <span className="min-w-28 text-right">{progress?.eta_seconds ? `${duration(progress.eta_seconds)} left` : "time left unknown"}</span>
  </>
);

function placeFor(run: RunDetails): string {
  if (run.state === "queued") return "Waits for its turn";
  if (run.state !== "running") return "It had not begun";
  return makesRows(run) ? "It begins: reading the documents" : "It begins";
}
