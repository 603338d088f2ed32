import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { datasetsQuery } from "@/api/datasets";
import { firstRowsQuery, latestRecordsQuery } from "@/api/records";
import { isActive } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { ProblemNote } from "@/components/problem-note";
import { FreshRowView } from "@/features/runs/overview/fresh-row-view";
import { ofFinished, ofSample, type FreshRow } from "@/features/runs/overview/fresh-row";
import { stageFileOf } from "@/features/runs/overview/stage-file";

const SHOWN = 4;

/** What comes out: the newest records of the stage at work, or rows of a completed run, each beside its text. */
export function FreshRows({ run }: { run: RunDetails }) {
  const live = isActive(run.state);
  const { data: written } = useQuery({ ...datasetsQuery(run.id), refetchInterval: live ? 3_000 : false });
  const dataset = run.state === "completed" ? written?.items.find(({ rows }) => rows > 0) : undefined;
  const stages = written?.stages ?? [];
  const stage = dataset ? "" : stageFileOf(stages, run.progress?.stage ?? "") || (stages.at(-1)?.name ?? "");
  if (dataset) return <DatasetRows id={run.id} dataset={dataset.name} />;
  return stage ? <StageRecords id={run.id} stage={stage} live={live} /> : null;
}

function DatasetRows({ id, dataset }: { id: string; dataset: string }) {
  const { data, error } = useQuery(firstRowsQuery(id, dataset, SHOWN));
  if (error && !data) return <ProblemNote error={error} title="The rows could not be read" />;
  return <Rows title="Rows" lead={`The first of the dataset ${dataset}.`} rows={data?.items.map(ofSample) ?? []} />;
}

/** While the pointer or the focus is on them they stay: nobody can read what moves away. */
function StageRecords({ id, stage, live }: { id: string; stage: string; live: boolean }) {
  const [isHeld, setHeld] = useState(false);
  const { data, error } = useQuery({ ...latestRecordsQuery(id, stage, { live: live && !isHeld, limit: SHOWN }), placeholderData: keepPreviousData });
  const rows = data?.items.map(ofFinished).reverse() ?? [];
  if (error && !data) return <ProblemNote error={error} title="The newest records could not be read" />;
  const hold = { onPointerEnter: () => setHeld(true), onPointerLeave: () => setHeld(false), onFocus: () => setHeld(true), onBlur: () => setHeld(false) };
  return (
    <div {...hold}>
      <Rows title={live ? "Just made" : "Made last"} lead={isHeld && live ? "Held while you read." : `In the stage ${stage}.`} rows={rows} />
    </div>
  );
}

const Rows = ({ title, lead, rows }: { title: string; lead: string; rows: readonly FreshRow[] }) => (
  <Panel
    title={title}
    lead={lead}
    actions={
      <Link to="samples" className="text-sm text-ember underline underline-offset-4">
        All samples
      </Link>
    }
  >
    {/* As high as it will ever be: rows come and go, the page stays. */}
    <ul className="flex flex-col gap-2" style={{ minHeight: `${SHOWN * 8}rem` }}>
      {rows.map((row) => (
        <FreshRowView key={row.id} row={row} />
      ))}
    </ul>
  </Panel>
);
