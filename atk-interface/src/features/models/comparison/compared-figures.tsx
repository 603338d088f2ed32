import { CircleHelp, Equal, Trophy, type LucideIcon } from "lucide-react";
import type { ComparedFigure, Outcome } from "@/features/models/comparison/compared";
import { FigureItem } from "@/features/models/figure-item";
import { axisEnd, differenceIn, type Measured } from "@/features/models/figure-words";
import { IntervalBar } from "@/features/models/interval-bar";

interface ComparedFiguresProps {
  figures: readonly ComparedFigure[];
  names: readonly [string, string];
}

/** What two evaluations found, bar below bar, and whether the difference is more than chance. */
export const ComparedFigures = ({ figures, names }: ComparedFiguresProps) => (
  <ul aria-label="Figures of both" className="grid gap-x-10 gap-y-6 lg:grid-cols-2">
    {figures.map((figure) => (
      <ComparedItem key={figure.name} figure={figure} names={names} />
    ))}
  </ul>
);

const SIGNS: Record<Outcome, { icon: LucideIcon; tone: string; words: (names: readonly [string, string]) => string }> = {
  first: { icon: Trophy, tone: "text-good", words: ([name]) => `${name} is better` },
  second: { icon: Trophy, tone: "text-good", words: ([, name]) => `${name} is better` },
  unclear: { icon: Equal, tone: "text-soft", words: () => "may be chance" },
  unknown: { icon: CircleHelp, tone: "text-soft", words: () => "too little to tell" },
  incomparable: { icon: CircleHelp, tone: "text-soft", words: () => "not comparable" },
};

function ComparedItem({ figure: { name, unit, better, first, second, difference, outcome }, names }: { figure: ComparedFigure; names: readonly [string, string] }) {
  const { words, ...look } = SIGNS[outcome];
  const bar = { end: axisEnd(unit, [first, second]), unit };
  const bars = (
    <>
      <IntervalBar label={names[0]} measured={first} {...bar} strong={outcome === "first"} />
      <IntervalBar label={names[1]} measured={second} {...bar} strong={outcome === "second"} />
    </>
  );
  return (
    <FigureItem name={name} better={better} sign={{ ...look, word: words(names) }} bars={bars}>
      <p className="mt-1 text-sm text-soft tabular-nums">{outcome === "incomparable" ? "The models cut text into different tokens: bits per byte can be compared." : inWords(difference, unit)}</p>
    </FigureItem>
  );
}

function inWords({ value, low, high }: Measured, unit: string): string {
  if (value === null) return "One of the two has not measured it.";
  const interval = low === null || high === null ? "" : ` (${differenceIn(low, unit)} to ${differenceIn(high, unit)})`;
  return `Difference: ${differenceIn(value, unit)}${interval}`;
}
