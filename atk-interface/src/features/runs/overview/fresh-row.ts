import type { FinishedInput, Sample } from "@/api/schema";
import { turnsOf } from "@/components/row-turns";

/** A record on its way: the text that it rests on, and what was made of it. */
export interface FreshRow {
  id: string;
  passage: string;
  results: string[];
  /** Why nothing, or less, came of it. */
  lost: { kind: "dropped" | "failed"; text: string }[];
}

type Json = Record<string, unknown>;

export const ofFinished = ({ id, records, passage, dropped = [], failed = [] }: FinishedInput): FreshRow => ({
  id,
  passage: passage ?? "",
  results: records.map(inWords),
  lost: [
    ...dropped.map(({ step, reason }) => ({ kind: "dropped" as const, text: `${step}: ${reason}` })),
    ...failed.map(({ step, reason }) => ({ kind: "failed" as const, text: `${step}: ${reason}` })),
  ],
});

export const ofSample = ({ id, number, row, sources = [] }: Sample): FreshRow => ({
  id: id || String(number),
  passage: sources.map(({ text }) => text ?? "").join("\n"),
  results: [inWords(row)],
  lost: [],
});

const BOOKKEEPING = new Set(["id", "source", "sources", "calls"]);

/** A record in a line or two: what it says, without its bookkeeping. */
export function inWords(record: Json): string {
  const { question, answer } = record;
  if (typeof question === "string") return typeof answer === "string" ? `${question} — ${answer}` : question;
  const turns = turnsOf(record);
  if (turns) return turns.map((turn) => turn.text).join(" — ");
  return JSON.stringify(Object.fromEntries(Object.entries(record).filter(([key]) => !BOOKKEEPING.has(key))));
}
