import { useMemo } from "react";
import { seriesOf, type ChartSeries } from "@/features/runs/overview/chart-series";
import type { History } from "@/api/schema";
import { LineChart } from "@/components/line-chart";
import { Panel } from "@/components/panel";
import { compact, count, dollars, duration, rate } from "@/lib/format";

/** How it went: speed, tokens, money and calls in flight, over the time at work. What was never used has no chart. */
export default function ChartsPanel({ history }: { history: History }) {
  const charts = useMemo(() => chartsOf(seriesOf(history)), [history]);
  const tries = history.attempts.length;
  if (charts.length === 0) return null;
  return (
    <Panel title="How it went" lead={tries > 1 ? `Time at work in ${count(tries)} tries; breaks between them are left out.` : "Over the time at work."}>
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2">
        {charts.map((chart) => (
          <LineChart key={chart.title} {...chart} axis="the time at work" formatAlong={timeAtWork} group="run" />
        ))}
      </div>
    </Panel>
  );
}

function chartsOf({ seconds, recordsPerSecond, tokensIn, tokensOut, cost, concurrency }: ChartSeries) {
  const charts = [
    { title: "Speed of the stage", lines: [{ label: "records per second", values: recordsPerSecond }], format: rate },
    {
      title: "Tokens",
      lines: [
        { label: "in", values: tokensIn },
        { label: "out", values: tokensOut, dashed: true },
      ],
      format: compact,
    },
    { title: "Money", lines: [{ label: "dollars", values: cost }], format: dollars },
    { title: "Calls in flight", lines: [{ label: "calls in flight", values: concurrency }], format: compact },
  ];
  return charts.filter(({ lines }) => lines.some(({ values }) => values.some((value) => value))).map((chart) => ({ ...chart, along: seconds }));
}

const timeAtWork = (seconds: number): string => duration(Math.round(seconds));
