import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMatch } from "react-router";
import { pipelineQuery } from "@/api/pipelines";
import { activeRunsQuery, runQuery, runsQuery } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { stagesOf } from "@/components/run-stages";
import { hueOf } from "@/lib/pipeline-hue";
import { WorkshopBackground } from "@/workshop";

const LOOK_MS = 2_000;

/** The step graph behind the pages: of the run that is looked at, or of the one that goes on. */
export default function Background() {
  const looked = useMatch("/runs/:id/*")?.params.id;
  const going = useQuery(activeRunsQuery).data?.items.find(({ state }) => state === "running")?.id;
  const id = looked ?? going ?? "";
  // The page of a run hears its events; elsewhere a look every now and then is enough for a background.
  const { data: run } = useQuery({ ...runQuery(id), refetchInterval: looked || !going ? false : LOOK_MS });
  const { data: pipeline } = useQuery(pipelineQuery(run?.pipeline ?? ""));
  const latest = useInfiniteQuery(runsQuery({}, 1)).data?.pages[0]?.items[0];

  const shown = useMemo(() => run && workshopRun(run, pipeline?.steps), [run, pipeline]);
  const last = useMemo(() => latest && hueOf(latest.pipeline), [latest]);
  return <WorkshopBackground run={shown} last={last} />;
}

const workshopRun = (run: RunDetails, plan: Parameters<typeof stagesOf>[1]) => ({
  ...hueOf(run.pipeline),
  state: run.state,
  stages: stagesOf(run, plan),
  rate: run.progress?.records_per_second ?? 0,
  concurrency: run.progress?.concurrency ?? 0,
});
