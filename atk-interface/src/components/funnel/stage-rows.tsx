import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { FUNNEL_GRID } from "@/components/funnel/funnel-grid";
import type { FunnelStage } from "@/components/funnel/funnel-model";
import { StepRow } from "@/components/funnel/step-row";
import { count, duration } from "@/lib/format";

const STATES = { done: "", active: "at work", stopped: "stopped here", waiting: "waiting" };

/** One stage: a line that sums it up, and its steps below it. */
export function StageRows({ stage, startsOpen }: { stage: FunnelStage; startsOpen: boolean }) {
  const id = useId();
  const [chosen, setChosen] = useState<boolean>();
  const isOpen = chosen ?? startsOpen;
  const hasSteps = stage.steps.length > 0;
  return (
    <div role="rowgroup" className={clsx("border-b border-line", stage.state === "active" && "bg-hue-soft/50")}>
      <div role="row" className={clsx(FUNNEL_GRID, "items-baseline py-1.5")}>
        <div role="rowheader" className="col-span-full @2xl:col-span-2">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={id}
            disabled={!hasSteps}
            onClick={() => setChosen(!isOpen)}
            className="flex w-full min-w-0 items-baseline gap-1.5 rounded text-left"
          >
            <ChevronRight aria-hidden className={clsx("size-3.5 shrink-0 translate-y-0.5 text-soft transition-transform", isOpen && "rotate-90", !hasSteps && "invisible")} />
            <span className="font-semibold">{stage.title}</span>
            <span className="text-soft">{aboutOf(stage)}</span>
          </button>
        </div>
        {/* On narrow pages the figures begin below the name. */}
        <span aria-hidden className="@2xl:hidden" />
        <Total value={stage.state === "waiting" ? null : stage.recordsIn} />
        <Total value={stage.state === "waiting" ? null : stage.recordsOut} />
        <Total value={stage.state === "waiting" ? null : stage.dropped} tone="text-warn" />
        <Total value={stage.state === "waiting" ? null : stage.failed} tone="text-bad" />
      </div>
      <div role="presentation" id={id}>
        {isOpen && stage.steps.map((step, index) => <StepRow key={`${index} ${step.name}`} step={step} live={stage.state === "active"} />)}
      </div>
    </div>
  );
}

function aboutOf({ state, done, total, seconds }: FunnelStage): string {
  if (state === "done") return duration(seconds);
  if (state === "waiting") return STATES.waiting;
  return `${STATES[state]} · ${total === null ? count(done) : `${count(done)} of ${count(total)}`}`;
}

const Total = ({ value, tone }: { value: number | null; tone?: string }) => (
  <span role="cell" className={clsx("text-right font-semibold", value ? tone : "text-soft")}>
    {value === null ? "–" : count(value)}
  </span>
);
