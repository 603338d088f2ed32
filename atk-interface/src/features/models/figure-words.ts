import type { Figure } from "@/api/schema";

/** A value with its 95 % interval; null where it was not measured, or where there was too little to say. */
export interface Measured {
  value: number | null;
  low: number | null;
  high: number | null;
}

export const measuredOf = (figure: Figure, when: "before" | "after"): Measured => ({ value: figure[when], low: figure[`low_${when}`], high: figure[`high_${when}`] });

/** Shares come as 0 to 1 and are read as percentages. */
const LOOKS: Record<string, { factor: number; ending: string; digits: number }> = {
  share: { factor: 100, ending: " %", digits: 0 },
  "%": { factor: 1, ending: " %", digits: 0 },
  bits: { factor: 1, ending: " bits", digits: 3 },
  perplexity: { factor: 1, ending: "", digits: 1 }, // its name says it already
};

const lookOf = (unit: string) => LOOKS[unit] ?? { factor: 1, ending: unit ? ` ${unit}` : "", digits: 2 };

/** 0.914, share -> "91 %"; 2.1, bits -> "2.100 bits". */
export function valueIn(value: number | null, unit: string): string {
  if (value === null) return "–";
  const { factor, ending, digits } = lookOf(unit);
  return `${(value * factor).toFixed(digits)}${ending}`;
}

/** "84 % to 97 %"; empty where there is none. */
export const intervalIn = ({ low, high }: Measured, unit: string): string => (low === null || high === null ? "" : `${valueIn(low, unit)} to ${valueIn(high, unit)}`);

/** -0.123, share -> "−12.3 points": a difference of percentages is none itself. */
export function differenceIn(value: number, unit: string): string {
  const { factor, ending, digits } = lookOf(unit);
  const isShare = ending === " %";
  const written = Math.abs(value * factor).toFixed(isShare ? 1 : digits);
  const sign = Number(written) === 0 ? "" : value < 0 ? "−" : "+";
  return `${sign}${written}${isShare ? " points" : ending}`;
}

/** "right answers 3 % to 91 %"; without a figure before, only what it is now. */
export function figureInWords({ name, unit, before, after }: Figure): string {
  if (after === null) return `${name} not measured`;
  if (before === null) return `${name} ${valueIn(after, unit)}`;
  return `${name} ${valueIn(before, unit)} to ${valueIn(after, unit)}`;
}

/** `unclear`: it may be chance, or too small to matter. `unknown`: the service says nothing of it. */
export type Change = "better" | "worse" | "unclear" | "unknown";

const CHANGES: Record<string, Change> = { learned: "better", forgot: "worse", "not shown": "unclear" };

/** Whether a figure has changed: the service has compared the answers one by one, which intervals alone cannot. */
export const changeOf = ({ verdict }: Figure): Change => CHANGES[verdict] ?? "unknown";

/** Where the axis ends on which values are drawn from 0 on: shares at all, others a little above the most. */
export function axisEnd(unit: string, measured: readonly Measured[]): number {
  if (unit === "share") return 1;
  if (unit === "%") return 100;
  const most = Math.max(...measured.flatMap(({ value, high }) => [value ?? 0, high ?? 0]));
  return most > 0 ? most * 1.1 : 1;
}
