/** What was measured, several times over. */
export interface Figure {
  name: string;
  unit: "ms" | "kB" | "MB" | "rows" | "ms/s" | "lines";
  values: number[];
  /** What the median should not exceed. */
  goal?: number;
  /** The same, measured beside it, of something that does next to nothing: machines are noisy, ratios less so. */
  beside?: { name: string; values: number[] };
}

export interface Summary {
  name: string;
  unit: Figure["unit"];
  repeats: number;
  median: number;
  worst: number;
  goal: number | null;
  isMet: boolean | null;
  beside: { name: string; median: number; worst: number } | null;
  /** Processes that wanted a core over the last minute, at the end of the measurement. */
  load: number;
}

/** The type of the annotation that carries figures from a benchmark to the table. */
export const ANNOTATION = "figure";

export function summaryOf({ name, unit, values, goal, beside }: Figure, load: number): Summary {
  return {
    name,
    unit,
    repeats: values.length,
    median: quantile(values, 0.5),
    worst: quantile(values, 1),
    goal: goal ?? null,
    isMet: goal === undefined ? null : quantile(values, 0.5) <= goal,
    beside: beside ? { name: beside.name, median: quantile(beside.values, 0.5), worst: quantile(beside.values, 1) } : null,
    load,
  };
}

/** The smallest value that at least this share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("Nothing was measured.");
  return value;
}
