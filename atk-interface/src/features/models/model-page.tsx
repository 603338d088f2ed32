import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { modelQuery } from "@/api/models";
import type { ModelDetails } from "@/api/schema";
import { Gone, isGone } from "@/components/gone";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { Panel } from "@/components/panel";
import { Stat, Stats } from "@/components/stat";
import { EvaluationSection } from "@/features/models/evaluation-section";
import { FilesPanel } from "@/features/models/files-panel";
import { KINDS } from "@/features/models/model-words";
import { ServePanel } from "@/features/models/serve-panel";
import { TrainingPanel } from "@/features/models/training-panel";
import { bytes, compact, moment } from "@/lib/format";

/** One model: how it was made, how good it is, and what can be done with it. */
export function Component() {
  const { "*": path = "" } = useParams();
  const query = useQuery(modelQuery(path));
  const model = query.data;
  if (!model && isGone(query.error)) return <Gone noun="model" why="It may have been deleted, or moved" all={{ to: "/models", label: "All models" }} />;
  return (
    <Page title={model?.name ?? "Model"} above={<Link to="/models">Models</Link>} lead={<code className="font-mono text-sm break-all">{path}</code>}>
      <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
        {(details) => <Content key={path} model={details} />}
      </Loaded>
    </Page>
  );
}

const Content = ({ model }: { model: ModelDetails }) => (
  <div className="flex flex-col gap-5">
    <ServePanel model={model} />
    <Panel title="Figures">
      <Stats>
        <Stat label="Parameters" value={model.parameters ? compact(model.parameters) : "–"} note={KINDS.find(({ kind }) => kind === model.kind)?.about} />
        <Stat label="Size" value={bytes(model.size)} note={`since ${moment(model.created)}`} />
        <Stat label="Chat template" value={model.chat_template || "–"} note={model.stops.length ? `stops at ${model.stops.join(", ")}` : ""} />
        <Stat label="From" value={<span className="text-base break-words">{model.base_model || "–"}</span>} note="base model" />
      </Stats>
    </Panel>
    <EvaluationSection model={model} />
    <TrainingPanel model={model} />
    <FilesPanel model={model} />
  </div>
);
