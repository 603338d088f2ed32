import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link, useParams } from "react-router";
import { pipelineQuery } from "@/api/pipelines";
import type { PipelineDetails } from "@/api/schema";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { Panel } from "@/components/panel";
import { NewConfig } from "@/features/pipelines/new-config";
import { Parameters } from "@/features/pipelines/parameters";
import { PipelineRuns } from "@/features/pipelines/pipeline-runs";
import { RunOnSamples } from "@/features/pipelines/run-on-samples";
import { SampleRows } from "@/features/pipelines/sample-rows";
import { hueOf } from "@/lib/pipeline-hue";
import { Motif, StepGraph } from "@/workshop";

const Markdown = lazy(() => import("@/components/markdown").then(({ Markdown: component }) => ({ default: component })));

/** One pipeline: what it makes, how, and the ways to start. */
export function Component() {
  const { name = "" } = useParams();
  const query = useQuery(pipelineQuery(name));
  const { hue, motif } = hueOf(name);
  return (
    <Page
      title={name}
      pipeline={name}
      above={<Link to="/pipelines">Pipelines</Link>}
      heading={
        <span className="flex items-center gap-4">
          <Motif hue={hue} motif={motif} size={72} className="-my-2 shrink-0" />
          <span className="min-w-0 break-words">{name}</span>
        </span>
      }
      lead={query.data && [query.data.summary, query.data.description].join(" ")}
      actions={
        query.data && (
          <>
            <RunOnSamples pipeline={query.data} />
            <NewConfig pipeline={name} />
          </>
        )
      }
    >
      <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
        {(pipeline) => <Parts pipeline={pipeline} hue={hue} />}
      </Loaded>
    </Page>
  );
}

const Parts = ({ pipeline, hue }: { pipeline: PipelineDetails; hue: number }) => (
  <>
    {pipeline.steps.length > 0 && (
      <Panel title="How it works" lead="Records go through these stages, each through the steps in it.">
        <StepGraph hue={hue} label={`Steps of ${pipeline.name}`} stages={pipeline.steps.map(({ stage, steps = [] }) => ({ name: stage, steps: steps.map((step) => ({ name: step })) }))} />
      </Panel>
    )}
    <SampleRows pipeline={pipeline} />
    <PipelineRuns pipeline={pipeline.name} />
    <Parameters parameters={pipeline.parameters} options={pipeline.run_options} />
    {pipeline.readme && (
      <Panel title="More about it">
        <Suspense fallback={<Skeleton className="h-40" />}>
          <Markdown text={pipeline.readme} />
        </Suspense>
      </Panel>
    )}
  </>
);
