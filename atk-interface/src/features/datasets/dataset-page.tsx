import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { datasetQuery } from "@/api/dataset-catalogue";
import type { DatasetDetails } from "@/api/schema";
import { Gone, isGone } from "@/components/gone";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { Panel } from "@/components/panel";
import { RowView } from "@/components/row-view";
import { Stat, Stats } from "@/components/stat";
import { TrainButton } from "@/components/training/train-button";
import { isTrainable, KINDS } from "@/features/datasets/dataset-kind";
import { LengthsPanel } from "@/features/datasets/lengths-panel";
import { TakePanel } from "@/features/datasets/take-panel";
import { FilesPanel, SettingsPanel } from "@/features/datasets/training-panels";
import { bytes, compact, count } from "@/lib/format";
import { isRecord } from "@/lib/json";

/** One dataset, training folder or set of questions. */
export function Component() {
  const { run = "", "*": file = "" } = useParams();
  const query = useQuery(datasetQuery(run, file || "."));
  const data = query.data;
  if (!data && isGone(query.error)) return <Gone noun="dataset" why="It may have been deleted, or its run is not completed" all={{ to: "/datasets", label: "All datasets" }} />;
  return (
    <Page
      title={data?.name ?? "Dataset"}
      above={<Link to="/datasets">Datasets</Link>}
      lead={data && <Facts data={data} />}
      actions={data && isTrainable(data) && <TrainButton entries={[data]} variant="primary" />}
      {...(data && { pipeline: data.pipeline })}
    >
      <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
        {(details) => <Content data={details} />}
      </Loaded>
    </Page>
  );
}

const Facts = ({ data: { kind, run, run_name: name, path } }: { data: DatasetDetails }) => (
  <>
    {KINDS.find((look) => look.kind === kind)?.word} of the run{" "}
    <Link to={`/runs/${run}`} className="underline underline-offset-4">
      {name}
    </Link>
    . <code className="font-mono text-sm break-all">{path}</code>
  </>
);

const Content = ({ data }: { data: DatasetDetails }) => (
  <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
    <div className="flex min-w-0 flex-col gap-5">
      <Panel title="Figures">
        <Stats>
          <Stat label="Rows" value={count(data.rows)} />
          <Stat label="Tokens" value={data.tokens ? compact(data.tokens) : "–"} note="as estimated when written" />
          <Stat label="Size" value={bytes(data.size)} note={data.format} />
          {data.kind === "training" && <Stat label="Expected steps" value={data.expected_steps ? count(data.expected_steps) : "–"} note={data.stage} />}
        </Stats>
      </Panel>
      <Examples data={data} />
    </div>
    <div className="flex min-w-0 flex-col gap-5">
      <TakePanel data={data} />
      {data.files.length > 0 && <FilesPanel files={data.files} path={data.path} />}
      {data.lengths.length > 0 && <LengthsPanel lengths={data.lengths} />}
      {Object.keys(data.settings).length > 0 && <SettingsPanel settings={data.settings} />}
    </div>
  </div>
);

const Examples = ({ data: { examples, kind } }: { data: DatasetDetails }) => (
  <Panel title="The first rows" lead={kind === "training" ? "Of its first file." : "What a model would read."}>
    {examples.length === 0 && <p className="text-soft">None can be shown: the file is empty, or is not JSON lines.</p>}
    <ol className="flex flex-col gap-5">
      {examples.map(({ value, problem }, index) => (
        <li key={index} className="border-t border-line pt-4 first:border-0 first:pt-0">
          {problem || !isRecord(value) ? <p className="font-medium text-bad">This row cannot be shown: {problem || "it is no object"}</p> : <RowView row={value} />}
        </li>
      ))}
    </ol>
  </Panel>
);
