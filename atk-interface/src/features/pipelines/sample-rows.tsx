import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { exampleRowsQuery } from "@/api/records";
import { runsQuery } from "@/api/runs";
import type { PipelineDetails, Run } from "@/api/schema";
import { Panel } from "@/components/panel";
import { ProblemNote } from "@/components/problem-note";
import { RowView } from "@/components/row-view";

/** Rows that the pipeline has really made here: of its latest completed run. */
export function SampleRows({ pipeline }: { pipeline: PipelineDetails }) {
  const { data } = useInfiniteQuery(runsQuery({ states: ["completed"], text: pipeline.name, sort: "ended" }, 20));
  const run = data?.pages[0]?.items.find((each) => each.pipeline === pipeline.name && each.figures.rows > 0);
  if (run) return <RowsOf run={run} />;
  if (!data || !pipeline.config) return null;
  return (
    <Panel title="Rows it makes">
      <p className="text-soft">There is no completed run of it here yet. “Run it on samples” makes some in seconds, without a key or a network.</p>
    </Panel>
  );
}

function RowsOf({ run }: { run: Run }) {
  const { data: rows, error } = useQuery(exampleRowsQuery(run.id));
  if (error && !rows) return <ProblemNote error={error} title={`The rows of ${run.name} could not be read`} />;
  if (!rows?.length) return null;
  return (
    <Panel
      title="Rows it makes"
      lead={
        <>
          From the run{" "}
          <Link to={`/runs/${run.id}/samples`} className="text-ember underline underline-offset-4">
            {run.name}
          </Link>
          , as they are in its datasets.
        </>
      }
    >
      <ul className="grid gap-4 lg:grid-cols-2">
        {rows.map(({ dataset, row }) => (
          // Keyboards must be able to scroll it.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <li tabIndex={0} key={dataset} className="max-h-96 min-w-0 overflow-y-auto rounded-xl border border-line p-4">
            <p className="mb-2 font-mono text-sm text-soft">{dataset}</p>
            <RowView row={row} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
