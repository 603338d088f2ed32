import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, GitCompare } from "lucide-react";
import { Link } from "react-router";
import { comparisonQuery } from "@/api/runs";
import type { Comparison } from "@/api/schema";
import { Button } from "@/components/button";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { Panel } from "@/components/panel";
import { Differences } from "@/features/compare/differences";
import { FiguresBeside } from "@/features/compare/figures-beside";
import { FunnelsBeside } from "@/features/compare/funnels-beside";
import { RunPicker } from "@/features/compare/run-picker";
import { SameSourcePanel } from "@/features/compare/same-source-panel";
import { runIdIn, useAddress } from "@/lib/address";

/** Two runs side by side. */
export function Component() {
  const [params, change] = useAddress();
  const [first, second] = [runIdIn(params.get("first")), runIdIn(params.get("second"))];
  const query = useQuery(comparisonQuery(first, second));

  return (
    <Page title="Compare" lead="What a changed setting has changed: figures, steps, and rows made of the same text.">
      <Panel>
        <div className="flex flex-wrap items-end gap-3">
          <RunPicker label="First run" chosen={first} other={second} onChoose={(id) => change({ first: id })} />
          <Button aria-label="Swap the two runs" disabled={!first && !second} icon={<ArrowLeftRight aria-hidden className="size-4" />} onClick={() => change({ first: second, second: first })} />
          <RunPicker label="Second run" chosen={second} other={first} onChoose={(id) => change({ second: id })} />
        </div>
      </Panel>
      {first && second ? (
        <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
          {(comparison) => (
            <>
              <Beside comparison={comparison} />
              <SameSourcePanel
                first={comparison.first}
                second={comparison.second}
                choice={{ dataset: params.get("dataset") ?? "", file: params.get("file") ?? "", text: params.get("text") ?? "" }}
                onChoose={change}
              />
            </>
          )}
        </Loaded>
      ) : (
        <Empty icon={<GitCompare aria-hidden className="size-8" />} title="Choose two runs">
          Clone a run with one setting changed, and see here what that has done. In the <Link to="/runs" className="underline">list of runs</Link> two can be ticked, too.
        </Empty>
      )}
    </Page>
  );
}

const EVALUATES = "evaluate-pipeline";

const Beside = ({ comparison: { first, second, differences } }: { comparison: Comparison }) => (
  <>
    {first.pipeline === EVALUATES && second.pipeline === EVALUATES && (
      <p data-quiet>
        <Link to={`/compare/evaluations?first=${first.id}&second=${second.id}`} className="underline underline-offset-4">
          What the two have measured, figure by figure
        </Link>
      </p>
    )}
    <div className="grid items-start gap-5 xl:grid-cols-2">
      <FiguresBeside first={first} second={second} />
      <Differences differences={differences} names={[first.name, second.name]} />
    </div>
    <FunnelsBeside runs={[first, second]} />
  </>
);
