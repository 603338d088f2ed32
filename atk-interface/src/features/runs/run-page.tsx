import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, Outlet, useParams } from "react-router";
import { isProblemWith } from "@/api/problems";
import { useRunEvents } from "@/api/run-events";
import { failedOf } from "@/api/run-figures";
import { isActive, runQuery } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { trainingQuery } from "@/api/training";
import { ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { stateWord } from "@/components/state-badge";
import { TabLinks } from "@/components/tab-links";
import { useCelebration } from "@/features/runs/celebration";
import { RunButtons } from "@/features/runs/header/run-buttons";
import { RunFacts } from "@/features/runs/header/run-facts";
import { RunName } from "@/features/runs/header/run-name";
import { StateNote } from "@/features/runs/header/state-note";
import { count, counted } from "@/lib/format";

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

  if (!run && isProblemWith(query.error, "no-such-run")) return <Gone />;
  if (!run) {
    return (
      <Page title="Run">
        <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
          {() => null}
        </Loaded>
      </Page>
    );
  }
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
      <EndAnnouncer run={run} />
      <TabLinks
        label="Parts of this run"
        tabs={[
          { to: ".", label: "Overview", end: true },
          ...(hasCurves ? [{ to: "training", label: "Training" }] : []),
          { to: "samples", label: "Samples" },
          { to: "failed", label: "Failed", badge: <FailedCount run={run} /> },
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
function EndAnnouncer({ run }: { run: RunDetails }) {
  const [first] = useState(run.state);
  const { rows, failed } = run.figures;
  const words = run.state === "completed" ? `${run.name} is completed: ${counted(rows, "row")}, ${count(failed)} failed.` : `${run.name}: ${stateWord(run)}.`;
  const said = run.state === first ? "" : words;
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}

const Gone = () => (
  <Page title="There is no such run">
    <Empty
      title="It may have been deleted"
      action={
        <ButtonLink to="/runs" variant="primary">
          All runs
        </ButtonLink>
      }
    >
      If its folder is still there, start the service again: it finds its runs by their folders.
    </Empty>
  </Page>
);
