import type { RunDetails } from "@/api/schema";
import { Funnel } from "@/components/funnel/funnel";
import { funnelOf } from "@/components/funnel/funnel-model";
import { Panel } from "@/components/panel";
import { hueOf } from "@/lib/pipeline-hue";

/** What became of the records of each. */
export const FunnelsBeside = ({ runs }: { runs: readonly RunDetails[] }) => (
  <div className="grid gap-5 xl:grid-cols-2">
    {runs.map((run, index) => (
      <div key={index} className="hued min-w-0" style={{ "--hue": hueOf(run.pipeline).hue }}>
        <Panel title={`Steps of ${run.name}`}>
          <Funnel stages={funnelOf({ ...run, progress: run.progress ?? null })} label={`What became of the records of ${run.name}`} folded={run.stages.length > 6} />
        </Panel>
      </div>
    ))}
  </div>
);
