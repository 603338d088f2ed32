import { isRecord } from "@/lib/json";

/** One part of a row that somebody reads: who says it, and what. */
export interface Turn {
  /** Such as "user"; empty for a text that nobody in particular says. */
  role: string;
  text: string;
  /** Whether a model learns to say it. */
  learnt: boolean;
}

type Json = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The parts of a list, if it is one that holds nothing but objects with a text under `key`. */
export const partsOf = (value: unknown, key: string): Json[] | null =>
  Array.isArray(value) && value.length > 0 && value.every((part) => isRecord(part) && typeof part[key] === "string") ? value : null;

/** The names that ShareGPT gives to roles. */
const SHAREGPT_ROLES: Record<string, string> = { human: "user", gpt: "assistant" };

const spoken = (role: string, said: unknown): Turn => ({ role, text: text(said), learnt: role === "assistant" });

/** The turns of a list, in either of the ways in which datasets write conversations; null for any other value. */
export function conversationOf(value: unknown): Turn[] | null {
  const messages = partsOf(value, "content");
  if (messages) return messages.map(({ role, content }) => spoken(text(role), content));
  return partsOf(value, "value")?.map(({ from, value: said }) => spoken(SHAREGPT_ROLES[text(from)] ?? text(from), said)) ?? null;
}

/**
 * What a row says, in order, for each layout that datasets are written in: messages, ShareGPT, segments, text, Alpaca.
 * Null for a layout that is none of these: then it is shown as it is.
 */
export function turnsOf(row: Json): Turn[] | null {
  const system = text(row["system"]) ? [spoken("system", row["system"])] : [];
  const conversation = conversationOf(row["messages"]) ?? conversationOf(row["conversations"]);
  if (conversation) return [...system, ...conversation];
  const segments = partsOf(row["segments"], "text");
  if (segments) return segments.map((part) => ({ role: "", text: text(part["text"]), learnt: part["label"] === true }));
  if (typeof row["text"] === "string") return [{ role: "", text: row["text"], learnt: true }];
  if (typeof row["instruction"] === "string" && typeof row["output"] === "string") {
    const asked = [row["instruction"], text(row["input"])].filter(Boolean).join("\n\n");
    return [...system, spoken("user", asked), spoken("assistant", row["output"])];
  }
  return null;
}

/** What the row makes a model say: the texts that should rest on the source. */
export const answersOf = (row: Json): string[] => (turnsOf(row) ?? []).filter(({ learnt }) => learnt).map((turn) => turn.text);

/** The beginning of a row, for a list: the first question, else all that it says. */
export function titleOf(row: Json): string {
  const turns = turnsOf(row);
  if (!turns) return JSON.stringify(row);
  return turns.find(({ role }) => role === "user")?.text ?? turns.map((turn) => turn.text).join(" ");
}
