import clsx from "clsx";
import { Fragment } from "react";
import type { FunnelStage } from "@/components/funnel/funnel-model";
import { StageRows } from "@/components/funnel/stage-rows";
import { Pattern, type Outcome } from "@/components/funnel/step-bar";
import { counted } from "@/lib/format";

/** The columns: one beside the other where there is room, the bar below its figures where there is not. */
export const FUNNEL_GRID =
  "grid grid-cols-[minmax(0,1fr)_2.6rem_2.6rem_3.6rem_3rem] gap-x-2 @2xl:grid-cols-[minmax(0,12rem)_minmax(0,1fr)_3.5rem_3.5rem_4.5rem_3.5rem] @2xl:gap-x-3";

const COLUMNS = ["In", "Kept", "Dropped", "Failed"];
/** More stages than this, and those that are done are folded. */
const MOST_UNFOLDED = 6;

/** What became of the records, stage by stage and step by step: a picture, and a table for those who hear it. */
export function Funnel({ stages, label, compare }: { stages: readonly FunnelStage[]; label: string; compare?: boolean }) {
  const folds = stages.length > MOST_UNFOLDED;
  return (
    <div className="@container">
      <Legend />
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
            {stage.part && stage.part !== stages[index - 1]?.part && <PartHeading stages={stages} part={stage.part} />}
            <StageRows stage={stage} startsOpen={!folds || (stage.state !== "done" && !compare)} />
          </Fragment>
        ))}
      </div>
    </div>
  );
}

function PartHeading({ stages, part }: { stages: readonly FunnelStage[]; part: string }) {
  const number = stages.filter((stage) => stage.part === part).length;
  return (
    <div role="rowgroup">
      <div role="row" className="border-b border-line pt-4 pb-1">
        <span role="rowheader" aria-colspan={5} className="font-semibold text-hue">
          {part} <span className="font-normal text-soft">· {counted(number, "stage")}</span>
        </span>
      </div>
    </div>
  );
}

const LEGEND: readonly { outcome: Outcome; text: string }[] = [
  { outcome: "kept", text: "kept" },
  { outcome: "dropped", text: "dropped by a check" },
  { outcome: "failed", text: "failed" },
];

const Legend = () => (
  <ul aria-label="How to read the bars" className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
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
