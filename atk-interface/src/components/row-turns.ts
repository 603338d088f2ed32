/** One part of a row that somebody reads: who says it, and what. */
export interface Turn {
  role: string;
  text: string;
  /** False for text that the model sees but is not trained on, where a row says so. */
  trained?: boolean;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";

const SHAREGPT_ROLES: Record<string, string> = { human: "user", gpt: "assistant" };

/**
 * What a row says, in order, for each layout that datasets are written in: messages, ShareGPT, Alpaca, segments, text.
 * Null for a layout that is none of these: then it is shown as it is.
 */
export function turnsOf(row: Json): Turn[] | null {
  if (isListOf(row["messages"], ["role", "content"])) return row["messages"].map(({ role, content }) => ({ role: String(role), text: String(content) }));
  if (isListOf(row["conversations"], ["from", "value"])) {
    return row["conversations"].map(({ from, value }) => ({ role: SHAREGPT_ROLES[String(from)] ?? String(from), text: String(value) }));
  }
  if (isListOf(row["segments"], ["label", "text"])) {
    return row["segments"].map(({ label, text }) => ({ role: label ? "trained" : "context", text: String(text), trained: Boolean(label) }));
  }
  if (isText(row["instruction"]) && isText(row["output"])) {
    const input = isText(row["input"]) && row["input"] ? [{ role: "input", text: row["input"] }] : [];
    return [{ role: "instruction", text: row["instruction"] }, ...input, { role: "output", text: row["output"] }];
  }
  if (isText(row["text"])) return [{ role: "text", text: row["text"] }];
  return null;
}

function isListOf(value: unknown, keys: readonly string[]): value is Json[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => isObject(each) && keys.every((key) => key in each));
}
