import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { pipelineQuery } from "@/api/pipelines";
import type { RunDetails } from "@/api/schema";
import { Funnel } from "@/components/funnel/funnel";
import { funnelOf } from "@/components/funnel/funnel-model";
import { Panel } from "@/components/panel";

/** What became of the records, step by step; before the first is through, the steps that lie ahead. */
export function FunnelPanel({ run }: { run: RunDetails }) {
  const hasBegun = run.stages.length > 0 || Boolean(run.progress?.stage);
  const { data: pipeline } = useQuery({ ...pipelineQuery(run.pipeline), enabled: !hasBegun });
  const { stages, progress, state, pipeline: name } = run;
  const funnel = useMemo(() => funnelOf({ stages, progress: progress ?? null, state, pipeline: name }, pipeline?.steps), [stages, progress, state, name, pipeline]);
  if (funnel.length === 0) return null;
  return (
    <Panel title="Step by step" lead="What came in, what stayed, and why the rest did not. A bar is as long as there are records.">
      <Funnel stages={funnel} label={`What became of the records of ${run.name}`} />
    </Panel>
  );
}
