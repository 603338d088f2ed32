import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { IntervalBars } from "@/features/models/interval-bar";

interface FigureItemProps {
  name: string;
  /** `higher` or `lower`. */
  better: string;
  /** What the bars come to; without it, there is nothing to compare. */
  sign?: { icon: LucideIcon; tone: string; word: string } | undefined;
  /** Interval bars, one below the other. */
  bars: ReactNode;
  children?: ReactNode;
}

/** A figure in a list of figures: its name, what it shows, its bars. */
export const FigureItem = ({ name, better, sign, bars, children }: FigureItemProps) => (
  <li className="min-w-0">
    <p className="flex flex-wrap items-baseline justify-between gap-x-3">
      <span className="font-medium">{name}</span>
      {sign && (
        <span className={`inline-flex items-center gap-1 text-sm ${sign.tone}`}>
          <sign.icon aria-hidden className="size-4" /> {sign.word}
        </span>
      )}
    </p>
    <p className="mb-1 text-sm text-soft">{better === "lower" ? "less is better" : "more is better"}</p>
    <IntervalBars>{bars}</IntervalBars>
    {children}
  </li>
);
