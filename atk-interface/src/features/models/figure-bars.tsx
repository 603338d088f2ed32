import { Minus, TrendingDown, TrendingUp } from "lucide-react";
import type { Figure } from "@/api/schema";
import { axisEnd, changeOf, valueIn, type Change } from "@/features/models/figure-words";

/** Figures before and after as bars, with their intervals; each with its numbers beside it. */
export const FigureBars = ({ figures }: { figures: readonly Figure[] }) => (
  <ul aria-label="Figures before and after" className="grid gap-x-8 gap-y-5 md:grid-cols-2">
    {figures.map((figure) => (
      <FigureItem key={figure.name} figure={figure} />
    ))}
  </ul>
);

const SIGNS: Record<Change, { icon: typeof Minus; tone: string; word: string }> = {
  better: { icon: TrendingUp, tone: "text-good", word: "better" },
  worse: { icon: TrendingDown, tone: "text-bad", word: "worse" },
  unclear: { icon: Minus, tone: "text-soft", word: "no clear difference" },
};

function FigureItem({ figure }: { figure: Figure }) {
  const { icon: Icon, tone, word } = SIGNS[changeOf(figure)];
  const end = axisEnd(figure);
  return (
    <li className="min-w-0">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">{figure.name}</span>
        {figure.before !== null && (
          <span className={`inline-flex items-center gap-1 text-sm ${tone}`}>
            <Icon aria-hidden className="size-4" /> {word}
          </span>
        )}
      </p>
      <p className="mb-1 text-sm text-soft">{figure.better === "lower" ? "less is better" : "more is better"}</p>
      {figure.before !== null && <Bar label="before" value={figure.before} low={figure.low_before} high={figure.high_before} end={end} unit={figure.unit} />}
      <Bar label="after" value={figure.after} low={figure.low_after} high={figure.high_after} end={end} unit={figure.unit} strong />
    </li>
  );
}

interface BarProps {
  label: string;
  value: number | null;
  low: number | null;
  high: number | null;
  end: number;
  unit: string;
  strong?: boolean;
}

function Bar({ label, value, low, high, end, unit, strong = false }: BarProps) {
  const share = (part: number | null) => `${(100 * Math.min(end, Math.max(0, part ?? 0))) / end}%`;
  const interval = low !== null && high !== null ? `${valueIn(low, unit)} to ${valueIn(high, unit)}` : "";
  return (
    <div className="grid grid-cols-[3.5rem_1fr_5.5rem] items-center gap-2 text-sm tabular-nums" title={interval && `95 % interval: ${interval}`}>
      <span className="text-soft">{label}</span>
      <span aria-hidden className="relative h-5 rounded-sm bg-raised">
        <span className={`absolute inset-y-0.5 left-0 rounded-sm ${strong ? "bg-hue" : "bg-edge"}`} style={{ width: share(value) }} />
        {interval && <span className="absolute top-1/2 h-0 border-t-2 border-text" style={{ left: share(low), width: `calc(${share(high)} - ${share(low)})` }} />}
      </span>
      <span className="text-right font-medium">
        {valueIn(value, unit)}
        {interval && <span className="sr-only">, interval {interval}</span>}
      </span>
    </div>
  );
}
