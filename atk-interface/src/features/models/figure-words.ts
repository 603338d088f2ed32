import type { Figure } from "@/api/schema";

/** Shares come as 0 to 1 and are read as percentages. */
const LOOKS: Record<string, { factor: number; ending: string; digits: number }> = {
  share: { factor: 100, ending: " %", digits: 0 },
  "%": { factor: 1, ending: " %", digits: 0 },
  bits: { factor: 1, ending: " bits", digits: 3 },
};

/** 0.914, share -> "91 %"; 2.1, bits -> "2.100 bits". */
export function valueIn(value: number | null, unit: string): string {
  if (value === null) return "–";
  const { factor, ending, digits } = LOOKS[unit] ?? { factor: 1, ending: unit ? ` ${unit}` : "", digits: 2 };
  return `${(value * factor).toFixed(digits)}${ending}`;
}

/** "right answers 3 % to 91 %"; without a figure before, only what it is now. */
export function figureInWords({ name, unit, before, after }: Figure): string {
  if (after === null) return `${name} not measured`;
  if (before === null) return `${name} ${valueIn(after, unit)}`;
  return `${name} ${valueIn(before, unit)} to ${valueIn(after, unit)}`;
}

export type Change = "better" | "worse" | "unclear";

/** Whether a figure has changed for sure: intervals that overlap say nothing, and so does a figure without them. */
export function changeOf({ before, after, better, low_before: lowBefore, high_before: highBefore, low_after: lowAfter, high_after: highAfter }: Figure): Change {
  if (before === null || after === null || lowBefore === null || highBefore === null || lowAfter === null || highAfter === null) return "unclear";
  const rose = lowAfter > highBefore;
  const fell = highAfter < lowBefore;
  if (!rose && !fell) return "unclear";
  return rose === (better === "higher") ? "better" : "worse";
}

/** The ends of the axis on which a figure is drawn: shares from 0 to all, others from 0 to a little above the most. */
export function axisEnd({ unit, before, after, high_before: highBefore, high_after: highAfter }: Figure): number {
  if (unit === "share") return 1;
  if (unit === "%") return 100;
  const most = Math.max(...[before, after, highBefore, highAfter].map((value) => value ?? 0));
  return most > 0 ? most * 1.1 : 1;
}
