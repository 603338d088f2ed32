import { Minus, TrendingDown, TrendingUp, type LucideIcon } from "lucide-react";
import type { Figure } from "@/api/schema";
import { FigureItem } from "@/features/models/figure-item";
import { axisEnd, changeOf, measuredOf, type Change } from "@/features/models/figure-words";
import { IntervalBar } from "@/features/models/interval-bar";

/** Figures before and after as bars, with their intervals; each with its numbers beside it. */
export const FigureBars = ({ figures }: { figures: readonly Figure[] }) => (
  <ul aria-label="Figures before and after" className="grid gap-x-8 gap-y-5 md:grid-cols-2">
    {figures.map((figure) => (
      <BeforeAndAfter key={figure.name} figure={figure} />
    ))}
  </ul>
);

const SIGNS: Record<Change, { icon: LucideIcon; tone: string; word: string }> = {
  better: { icon: TrendingUp, tone: "text-good", word: "better" },
  worse: { icon: TrendingDown, tone: "text-bad", word: "worse" },
  unclear: { icon: Minus, tone: "text-soft", word: "no clear difference" },
  unknown: { icon: Minus, tone: "text-soft", word: "not compared" },
};

function BeforeAndAfter({ figure }: { figure: Figure }) {
  const { name, unit, better } = figure;
  const [before, after] = [measuredOf(figure, "before"), measuredOf(figure, "after")];
  const bar = { end: axisEnd(unit, [before, after]), unit };
  const bars = (
    <>
      {before.value !== null && <IntervalBar label="before" measured={before} {...bar} />}
      <IntervalBar label="after" measured={after} {...bar} strong />
    </>
  );
  return <FigureItem name={name} better={better} sign={before.value === null ? undefined : SIGNS[changeOf(figure)]} bars={bars} />;
}
