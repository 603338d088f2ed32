import { inLine, isRecord } from "@/lib/json";

export interface Answer {
  question: string;
  /** Null where the evaluation does not tell. */
  expected: string | null;
  before: string | null;
  after: string | null;
  contaminated: boolean;
}

const textIn = (value: unknown): string | null => (value === null || value === undefined ? null : Array.isArray(value) ? value.map(inLine).join(" · or: ") : inLine(value));

/** A line of answers.jsonl; null for anything else. */
export function answerOf(value: unknown): Answer | null {
  if (!isRecord(value) || typeof value["question"] !== "string") return null;
  const { question, expected, before, after, contaminated } = value;
  return { question, expected: textIn(expected), before: textIn(before), after: textIn(after), contaminated: contaminated === true };
}
