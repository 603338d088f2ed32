import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { pipelinesQuery } from "@/api/pipelines";
import type { PipelineSummary } from "@/api/schema";
import { Loaded, Skeleton } from "@/components/loading";
import { hueOf } from "@/lib/pipeline-hue";
import { Motif } from "@/workshop/motif";

/** Every pipeline that can be run, each in its colour. */
export function PipelineCards() {
  return (
    <Loaded query={useQuery(pipelinesQuery)} placeholder={<Skeleton className="h-96" />}>
      {({ items }) => (
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {items.map((pipeline) => (
            <li key={pipeline.name}>
              <PipelineCard pipeline={pipeline} />
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function PipelineCard({ pipeline: { name, summary, error } }: { pipeline: PipelineSummary }) {
  const { hue, motif } = hueOf(name);
  return (
    <Link
      data-quiet
      to={`/pipelines/${encodeURIComponent(name)}`}
      className="hued flex h-full gap-4 rounded-2xl border border-line bg-panel p-4 shadow-card transition hover:border-hue"
      style={{ "--hue": hue }}
    >
      <Motif hue={hue} motif={motif} size={48} className="shrink-0" />
      <span className="min-w-0">
        <span className="block truncate font-semibold">{titleOf(name)}</span>
        <span className="block text-sm text-soft text-pretty">{error ? <span className="text-bad">Cannot be run: {error}</span> : summary}</span>
      </span>
    </Link>
  );
}

/** "factual-gen-indiv-pipeline" -> "factual-gen-indiv": on a card of pipelines the last word says nothing. */
export const titleOf = (name: string): string => name.replace(/-pipeline$/, "");
