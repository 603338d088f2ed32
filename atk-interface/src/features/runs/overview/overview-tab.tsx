import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { runQuery } from "@/api/runs";
import { CodeBlock } from "@/components/code-block";
import { Loaded, Skeleton } from "@/components/loading";
import { Panel } from "@/components/panel";
import { Charts } from "@/features/runs/overview/charts";
import { DoneNote } from "@/features/runs/overview/done-note";
import { FiguresPanel } from "@/features/runs/overview/figures-panel";
import { FreshRows } from "@/features/runs/overview/fresh-rows";
import { FunnelPanel } from "@/features/runs/overview/funnel-panel";
import { isAboutModels, ModelNote } from "@/features/runs/overview/model-note";
import { NotesPanel } from "@/features/runs/overview/notes-panel";
import { ProgressPanel } from "@/features/runs/overview/progress-panel";

/** How the run goes, or went. */
export function Component() {
  const { id = "" } = useParams();
  const query = useQuery(runQuery(id));
  return (
    <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
      {(run) => (
        <div className="flex flex-col gap-5">
          {run.state !== "completed" ? <ProgressPanel run={run} /> : isAboutModels(run) ? <ModelNote run={run} /> : <DoneNote run={run} />}
          <FiguresPanel run={run} />
          <NotesPanel notes={run.notes} />
          <FunnelPanel run={run} />
          <FreshRows run={run} />
          <Charts id={run.id} />
          <Panel title="On the command line" lead="The same run, from a terminal: it goes on where it stopped.">
            <CodeBlock text={run.command} label="the command that continues this run" />
          </Panel>
        </div>
      )}
    </Loaded>
  );
}
