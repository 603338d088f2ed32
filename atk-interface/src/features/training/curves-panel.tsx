import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { historyQuery } from "@/api/history";
import type { TrainingCurve } from "@/api/schema";
import { Checkbox } from "@/components/field";
import { LineChart } from "@/components/line-chart";
import { Panel } from "@/components/panel";
import { tokensPerSecond } from "@/features/training/curve-figures";
import { seriesOf, type CurveSeries } from "@/features/training/curve-series";
import { useAddress } from "@/lib/address";
import { bytes, count, small } from "@/lib/format";

const NO_ATTEMPTS: never[] = [];

/** Loss and all that, over the steps of all stages. What was never noted has no chart. */
export default function CurvesPanel({ run, stages }: { run: string; stages: TrainingCurve[] }) {
  const [params, change] = useAddress();
  const logarithmic = params.get("scale") === "log";
  const { data: history } = useQuery(historyQuery(run));
  const attempts = history?.attempts ?? NO_ATTEMPTS;
  const series = useMemo(() => seriesOf(stages, attempts), [stages, attempts]);
  const charts = useMemo(() => chartsOf(series), [series]);
  const common = { along: series.steps, axis: "the steps", formatAlong: (step: number) => `step ${count(step)}`, whole: true, group: "training", marks: series.marks };
  return (
    <Panel
      title="Curves"
      lead={attempts.length > 1 ? "Over the steps of all stages. Dotted lines: where a stage begins, and where a stopped training went on." : "Over the steps of all stages. Dotted lines: where a stage begins."}
      actions={
        <Checkbox checked={logarithmic} onChange={(event) => change({ scale: event.target.checked ? "log" : "" })}>
          Logarithmic loss
        </Checkbox>
      }
    >
      <LineChart {...common} title="Loss" lines={charts.loss} format={small} logarithmic={logarithmic} />
      <div className="mt-5 grid gap-x-8 gap-y-5 md:grid-cols-2">
        {charts.others.map((chart) => (
          <LineChart key={chart.title} {...common} {...chart} />
        ))}
      </div>
    </Panel>
  );
}

function chartsOf({ loss, smoothed, learningRate, gradientNorm, tokensPerSecond: speed, memory }: CurveSeries) {
  const others = [
    { title: "Learning rate", lines: [{ label: "learning rate", values: learningRate }], format: small },
    { title: "Gradient norm", lines: [{ label: "gradient norm", values: gradientNorm }], format: small },
    { title: "Tokens per second", lines: [{ label: "tokens per second", values: speed }], format: tokensPerSecond },
    { title: "Memory", lines: [{ label: "memory", values: memory }], format: bytes },
  ];
  return {
    loss: [
      { label: "smoothed", values: smoothed },
      { label: "as measured", values: loss, dashed: true },
    ],
    others: others.filter(({ lines }) => lines.some(({ values }) => values.some((value) => value))),
  };
}
