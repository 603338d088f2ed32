import type { TrainingCurve } from "@/api/schema";
import { Panel } from "@/components/panel";
import { ProgressLine } from "@/components/progress-line";
import { Sideways } from "@/components/sideways";
import { tokensPerSecond } from "@/features/training/curve-figures";
import { bytes, compact, count, duration, small } from "@/lib/format";

const COLUMNS = ["Loss", "First loss", "Epoch", "Tokens", "Speed", "Memory", "Still to go"];

/** Where each stage stands, in figures: what the charts show, for those who read it. */
export const StageTable = ({ stages, goesOn }: { stages: TrainingCurve[]; goesOn: boolean }) => (
  <Panel title="Stages" flush>
    <Sideways label="Figures of the stages" className="px-5 pb-4">
      <table className="w-full text-left tabular-nums">
        <thead>
          <tr className="text-sm text-soft">
            <th scope="col" className="py-1 pr-4 font-normal">
              Stage
            </th>
            {COLUMNS.map((name) => (
              <th key={name} scope="col" className="py-1 pr-4 text-right font-normal whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stages.map((curve, index) => (
            <StageRow key={curve.stage} curve={curve} goesOn={goesOn && index === stages.length - 1} />
          ))}
        </tbody>
      </table>
    </Sideways>
  </Panel>
);

const shown = (value: number | null | undefined, write: (value: number) => string): string => (value === null || value === undefined ? "–" : write(value));

function StageRow({ curve: { stage, steps, points, latest }, goesOn }: { curve: TrainingCurve; goesOn: boolean }) {
  const first = points.find(({ loss }) => typeof loss === "number");
  const cells = [
    shown(latest.loss, small),
    shown(first?.loss, small),
    shown(latest.epoch, (epoch) => epoch.toFixed(1)),
    shown(latest.tokens, compact),
    shown(latest.tokens_per_second, tokensPerSecond),
    latest.memory_bytes ? bytes(latest.memory_bytes) : "–",
    goesOn ? shown(latest.eta_seconds, duration) : "–",
  ];
  return (
    <tr className="border-t border-line">
      <th scope="row" className="min-w-44 py-2 pr-4 font-medium">
        {stage}
        <span className="block text-sm font-normal text-soft">
          step {count(latest.step)}
          {steps > 0 && ` of ${count(steps)}`}
        </span>
        <ProgressLine done={latest.step} total={steps || null} goesOn={goesOn} label={`Steps of ${stage}`} className="mt-1" />
      </th>
      {cells.map((cell, index) => (
        <td key={COLUMNS[index]} className="py-2 pr-4 text-right whitespace-nowrap">
          {cell}
        </td>
      ))}
    </tr>
  );
}
