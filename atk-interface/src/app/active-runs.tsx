import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { activeRunsQuery } from "@/api/runs";
import type { Run } from "@/api/schema";
import { stateWord } from "@/components/state-badge";
import { ProgressLine } from "@/components/progress-line";
import { duration } from "@/lib/format";
import { hueOf } from "@/lib/pipeline-hue";

/** What goes on now, in sight on every page. */
export function ActiveRuns() {
  const { data } = useQuery(activeRunsQuery);
  if (!data?.items.length) return null;
  return (
    <section aria-label="Runs going on" className="flex flex-col gap-2">
      <h2 className="px-1 text-sm font-semibold text-soft">Going on</h2>
      <ul className="flex flex-col gap-2">
        {data.items.map((run) => (
          <li key={run.id}>
            <ActiveRun run={run} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ActiveRun({ run }: { run: Run }) {
  const { progress } = run;
  const eta = progress?.eta_seconds;
  return (
    <Link to={`/runs/${run.id}`} className="hued block rounded-xl border border-line p-3 transition hover:border-edge" style={{ "--hue": hueOf(run.pipeline).hue }}>
      <span className="block truncate font-medium">{run.name}</span>
      <span className="flex justify-between gap-2 text-sm text-soft">
        <span className="truncate">{progress?.stage ?? stateWord(run)}</span>
        <span className="tabular-nums">{eta ? duration(eta) : ""}</span>
      </span>
      <ProgressLine done={progress?.done ?? 0} total={progress?.total ?? null} goesOn={run.state === "running"} label={`${run.name}: ${stateWord(run)}`} />
    </Link>
  );
}
