/** What estimates and previews find: the contract leaves it open, since it is what the command line prints with --json. */

export interface Range {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

export interface Estimate {
  readonly sampled: number;
  readonly records: number;
  readonly calls: Range;
  readonly input_tokens: Range;
  readonly output_tokens: Range;
  readonly cost: Range;
  readonly seconds: Range;
  readonly calls_at_once: number;
  readonly offline: boolean;
  readonly notes: readonly string[];
}

export type Fields = Readonly<Record<string, unknown>>;

export interface PreviewStep {
  readonly stage: string;
  readonly step: string;
  /** Why the record went no further; null when it did. */
  readonly dropped: string | null;
  readonly before: Fields;
  readonly after: readonly Fields[];
}

export interface PreviewRecord {
  readonly id: string;
  /** Such as "letters/march.txt, page 3". */
  readonly origin: string;
  readonly before: Fields;
  readonly steps: readonly PreviewStep[];
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
const word = (value: unknown): string => (typeof value === "string" ? value : "");

function rangeOf(value: unknown): Range {
  const { expected, low, high } = isFields(value) ? value : {};
  return { expected: number(expected), low: number(low), high: number(high) };
}

export const readEstimate = (result: Fields): Estimate => ({
  sampled: number(result["sampled"]),
  records: number(result["records"]),
  calls: rangeOf(result["calls"]),
  input_tokens: rangeOf(result["input_tokens"]),
  output_tokens: rangeOf(result["output_tokens"]),
  cost: rangeOf(result["cost"]),
  seconds: rangeOf(result["seconds"]),
  calls_at_once: number(result["calls_at_once"]),
  offline: result["offline"] === true,
  notes: Array.isArray(result["notes"]) ? result["notes"].filter((note) => typeof note === "string") : [],
});

export const readPreview = (result: Fields): PreviewRecord[] =>
  listOf(result["records"]).map((record) => ({
    id: word(record["id"]),
    origin: originOf(record["source"]),
    before: isFields(record["before"]) ? record["before"] : {},
    steps: listOf(record["steps"]).map((step) => ({
      stage: word(step["stage"]),
      step: word(step["step"]),
      dropped: typeof step["dropped"] === "string" ? step["dropped"] : null,
      before: isFields(step["before"]) ? step["before"] : {},
      after: listOf(step["after"]),
    })),
  }));

function originOf(source: unknown): string {
  if (!isFields(source)) return "";
  const page = source["page"];
  return `${word(source["file"])}${typeof page === "number" ? `, page ${page}` : ""}`;
}

/** What a step added to a record or changed of it. */
export const changedFields = (before: Fields, after: Fields): [string, unknown][] =>
  Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value));

/** A value as people read it. */
export const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));
