import type { ReactNode } from "react";
import { intervalIn, valueIn, type Measured } from "@/features/models/figure-words";

/** Bars below each other, their labels and figures in line. */
export const IntervalBars = ({ children }: { children: ReactNode }) => <div className="grid grid-cols-[fit-content(9rem)_minmax(3rem,1fr)_auto] gap-x-3 gap-y-1.5 text-sm tabular-nums">{children}</div>;

interface IntervalBarProps {
  label: string;
  measured: Measured;
  /** Where the axis ends; it begins at 0. */
  end: number;
  unit: string;
  /** The one that counts. */
  strong?: boolean;
}

/** A value as a bar, a line across it for its interval, and both in figures. */
export function IntervalBar({ label, measured, end, unit, strong = false }: IntervalBarProps) {
  const { value, low, high } = measured;
  const share = (part: number | null) => `${(100 * Math.min(end, Math.max(0, part ?? 0))) / end}%`;
  const interval = intervalIn(measured, unit);
  return (
    <div className="col-span-full grid grid-cols-subgrid items-center">
      <span className="line-clamp-2 text-soft [overflow-wrap:anywhere]">{label}</span>
      <span aria-hidden className="relative h-5 rounded-sm bg-raised">
        <span className={`absolute inset-y-0.5 left-0 rounded-sm ${strong ? "bg-hue" : "bg-edge"}`} style={{ width: share(value) }} />
        {interval && <span className="absolute inset-y-1.5 border-x-2 border-text" style={{ left: share(low), width: `max(4px, calc(${share(high)} - ${share(low)}))` }} />}
        {interval && <span className="absolute top-1/2 -mt-px h-0 border-t-2 border-text" style={{ left: share(low), width: `calc(${share(high)} - ${share(low)})` }} />}
      </span>
      <span className="text-right font-medium whitespace-nowrap">
        {valueIn(value, unit)}
        {interval && (
          <>
            <span className="sr-only">, interval </span>
            <span className="block text-xs font-normal text-soft">{interval}</span>
          </>
        )}
      </span>
    </div>
  );
}
