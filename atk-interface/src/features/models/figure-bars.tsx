import { Minus, TrendingDown, TrendingUp } from "lucide-react";
import type { Figure } from "@/api/schema";
import { axisEnd, changeOf, measuredOf, type Change } from "@/features/models/figure-words";
import { IntervalBar, IntervalBars } from "@/features/models/interval-bar";

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
  unknown: { icon: Minus, tone: "text-soft", word: "not compared" },
};

function FigureItem({ figure }: { figure: Figure }) {
  const { icon: Icon, tone, word } = SIGNS[changeOf(figure)];
  const { name, unit, better } = figure;
  const [before, after] = [measuredOf(figure, "before"), measuredOf(figure, "after")];
  const end = axisEnd(unit, [before, after]);
  return (
    <li className="min-w-0">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium">{name}</span>
        {before.value !== null && (
          <span className={`inline-flex items-center gap-1 text-sm ${tone}`}>
            <Icon aria-hidden className="size-4" /> {word}
          </span>
        )}
      </p>
      <p className="mb-1 text-sm text-soft">{better === "lower" ? "less is better" : "more is better"}</p>
      <IntervalBars>
        {before.value !== null && <IntervalBar label="before" measured={before} end={end} unit={unit} />}
        <IntervalBar label="after" measured={after} end={end} unit={unit} strong />
      </IntervalBars>
    </li>
  );
}
