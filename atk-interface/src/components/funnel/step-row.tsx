import clsx from "clsx";
import { FUNNEL_GRID } from "@/components/funnel/funnel-grid";
import type { FunnelStep, Reason } from "@/components/funnel/funnel-model";
import { StepBar } from "@/components/funnel/step-bar";
import { compact, count, counted } from "@/lib/format";

/** One step: how many came in, stayed, were dropped and failed, and why. */
export function StepRow({ step, live }: { step: FunnelStep; live: boolean }) {
  const { figures } = step;
  return (
    <div role="row" className={clsx(FUNNEL_GRID, "items-start py-1 pl-5")}>
      <span role="rowheader" className="min-w-0 break-words">
        {step.name}
      </span>
      <div role="cell" className="order-last col-span-full min-w-0 pt-1 @2xl:order-none @2xl:col-span-1">
        <StepBar step={step} />
        {/* While it is live, room for a line is kept: the first reason must not move what is below it. */}
        <p className={clsx("pt-0.5 text-soft", live && "min-h-6")}>
          {figures && figures.made > figures.kept && <span className="mr-3">{counted(figures.made, "record")} made of them</span>}
          <Reasons reasons={step.dropped} outcome="dropped" tone="text-warn" />
          <Reasons reasons={step.failed} outcome="failed" tone="text-bad" />
          {live && figures && figures.atWork > 0 && <span>{count(figures.atWork)} being worked on</span>}
        </p>
      </div>
      <Figure value={figures?.entered} />
      <Figure value={figures?.kept} />
      <Figure value={figures?.dropped} tone="text-warn" />
      <Figure value={figures?.failed} tone="text-bad" />
    </div>
  );
}

const Reasons = ({ reasons, outcome, tone }: { reasons: readonly Reason[]; outcome: string; tone: string }) =>
  reasons.map(({ text, count: times }) => (
    <span key={text} className="mr-3 inline-block">
      <span className={clsx("font-semibold", tone)}>
        {count(times)} {outcome}:
      </span>{" "}
      {text}
    </span>
  ));

const Figure = ({ value, tone }: { value: number | undefined; tone?: string }) => (
  <span role="cell" title={value === undefined ? "Not begun" : count(value)} className={clsx("text-right", value ? tone : "text-soft")}>
    {value === undefined ? "–" : compact(value)}
  </span>
);
