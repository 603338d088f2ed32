import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Outlet, useParams } from "react-router";
import { useRunEvents } from "@/api/run-events";
import { failedOf, makesRows } from "@/api/run-figures";
import { isActive, runQuery } from "@/api/runs";
import type { RunDetails, TrainingCurve } from "@/api/schema";
import { trainingQuery } from "@/api/training";
import { Gone, isGone } from "@/components/gone";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { stateWord } from "@/components/state-badge";
import { TabLinks } from "@/components/tab-links";
import { useCelebration } from "@/features/runs/celebration";
import { FollowingNote } from "@/features/runs/header/following-note";
import { RunButtons } from "@/features/runs/header/run-buttons";
import { RunFacts } from "@/features/runs/header/run-facts";
import { RunName } from "@/features/runs/header/run-name";
import { StateNote } from "@/features/runs/header/state-note";
import { endInWords } from "@/features/runs/end-in-words";
import { count } from "@/lib/format";

/** One run, live: where it stands, what can be done with it, and all there is to see in its tabs. */
export function Component() {
  const { id = "" } = useParams();
  return <RunPage key={id} id={id} />;
}

function RunPage({ id }: { id: string }) {
  const query = useQuery(runQuery(id));
  const connection = useRunEvents(id);
  const run = query.data;
  const training = useQuery(trainingQuery(id, run !== undefined && isActive(run.state)));
  const hasCurves = (training.data?.stages.length ?? 0) > 0;
  useCelebration(run);

  if (!run && isGone(query.error)) {
    return (
      <Gone noun="run" why="It may have been deleted" all={{ to: "/runs", label: "All runs" }}>
        If its folder is still there, start the service again: it finds its runs by their folders.
      </Gone>
    );
  }
  if (!run) {
    return (
      <Page title="Run">
        <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
          {() => null}
        </Loaded>
      </Page>
    );
  }
  const hasRows = makesRows(run);
  return (
    <Page
      title={`${stateWord(run)}: ${run.name}`}
      heading={<RunName run={run} />}
      above={<Link to="/runs">Runs</Link>}
      lead={<RunFacts run={run} connection={connection} heardAt={query.dataUpdatedAt / 1000} />}
      actions={<RunButtons run={run} />}
      pipeline={run.pipeline}
    >
      <StateNote run={run} />
      {training.data && <FollowingNote run={id} following={training.data.following} />}
      <EndAnnouncer run={run} stages={training.data?.stages ?? []} />
      <TabLinks
        label="Parts of this run"
        tabs={[
          { to: ".", label: "Overview", end: true },
          ...(hasCurves ? [{ to: "training", label: "Training" }] : []),
          ...(hasRows ? [{ to: "samples", label: "Samples" }] : []),
          ...(hasRows || failedOf(run) > 0 ? [{ to: "failed", label: "Failed", badge: <FailedCount run={run} /> }] : []),
          { to: "log", label: "Log" },
          { to: "config", label: "Config" },
          { to: "files", label: "Files" },
        ]}
      />
      <Outlet />
    </Page>
  );
}

function FailedCount({ run }: { run: RunDetails }) {
  const failed = failedOf(run);
  return failed > 0 ? <span className="rounded-full bg-bad px-1.5 text-xs leading-5 font-semibold text-on-state tabular-nums">{count(failed)}</span> : null;
}

/** Says how a run ended, to those who do not see it; not of one that had ended before. */
function EndAnnouncer({ run, stages }: { run: RunDetails; stages: readonly TrainingCurve[] }) {
  const [first] = useState(run.state);
  const said = run.state === first ? "" : endInWords(run, stages);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
