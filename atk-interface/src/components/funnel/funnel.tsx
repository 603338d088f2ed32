import clsx from "clsx";
import { Fragment, useState } from "react";
import { Button } from "@/components/button";
import { FUNNEL_GRID } from "@/components/funnel/funnel-grid";
import type { FunnelStage } from "@/components/funnel/funnel-model";
import { StageRows } from "@/components/funnel/stage-rows";
import { Pattern, type Outcome } from "@/components/funnel/step-bar";

const COLUMNS = ["In", "Kept", "Dropped", "Failed"];
/** More stages than this, and those that are done are folded. */
const MOST_UNFOLDED = 6;

/** What became of the records, stage by stage and step by step: a picture, and a table for those who hear it. */
export function Funnel({ stages, label, folded = false }: { stages: readonly FunnelStage[]; label: string; folded?: boolean }) {
  const [all, setAll] = useState<"open" | "folded">();
  const folds = folded || stages.length > MOST_UNFOLDED;
  const startsOpen = ({ state }: FunnelStage) => (all ? all === "open" : !folds || state === "active" || state === "stopped");
  return (
    <div className="@container">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <Legend />
        {folds && (
          <Button size="small" variant="plain" onClick={() => setAll(all === "open" ? "folded" : "open")}>
            {all === "open" ? "Fold all stages" : "Unfold all stages"}
          </Button>
        )}
      </div>
      <div role="table" aria-label={label} className="text-sm tabular-nums">
        <div role="rowgroup">
          <div role="row" className={clsx(FUNNEL_GRID, "border-b border-line py-1 text-soft")}>
            <span role="columnheader">Step</span>
            <span aria-hidden className="hidden @2xl:block" />
            {COLUMNS.map((name) => (
              <span key={name} role="columnheader" className="text-right">
                {name}
              </span>
            ))}
          </div>
        </div>
        {stages.map((stage, index) => (
          <Fragment key={stage.name}>
            {stage.part !== (stages[index - 1]?.part ?? "") && <PartHeading part={stage.part} />}
            <StageRows key={all} stage={stage} startsOpen={startsOpen(stage)} />
          </Fragment>
        ))}
      </div>
    </div>
  );
}

/** Of a composed pipeline: whose stages follow. */
const PartHeading = ({ part }: { part: string }) => (
  <div role="rowgroup">
    <div role="row" className="border-b border-line pt-4 pb-1">
      <span role="rowheader" aria-colspan={5} className="font-semibold text-hue">
        {part || "all parts together"}
      </span>
    </div>
  </div>
);

const LEGEND: readonly { outcome: Outcome; text: string }[] = [
  { outcome: "kept", text: "kept" },
  { outcome: "dropped", text: "dropped" },
  { outcome: "failed", text: "failed" },
];

const Legend = () => (
  <ul aria-label="How to read the bars" className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
    {LEGEND.map(({ outcome, text }) => (
      <li key={outcome} className="inline-flex items-center gap-1.5">
        <span className="block h-3 w-5">
          <Pattern outcome={outcome} />
        </span>
        {text}
      </li>
    ))}
    <li className="inline-flex items-center gap-1.5">
      <span aria-hidden className="block h-3 w-5 border border-edge/60" />
      being worked on
    </li>
  </ul>
);
