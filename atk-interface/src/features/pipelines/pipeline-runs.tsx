import { useInfiniteQuery } from "@tanstack/react-query";
import { runsQuery } from "@/api/runs";
import { Panel } from "@/components/panel";
import { RunCard } from "@/components/run-card";

const SHOWN = 3;

/** The latest runs of a pipeline. */
export function PipelineRuns({ pipeline }: { pipeline: string }) {
  const { data } = useInfiniteQuery(runsQuery({ text: pipeline }, 20));
  const runs = data?.pages[0]?.items.filter((run) => run.pipeline === pipeline).slice(0, SHOWN) ?? [];
  if (runs.length === 0) return null;
  return (
    <Panel title="Its latest runs">
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {runs.map((run) => (
          <li key={run.id}>
            <RunCard run={run} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
