/** A row of a dataset, in whatever layout. */
export type Row = Record<string, unknown>;

export interface Turn {
  role: string;
  text: string;
}

/** A row as people read it. `trained` of a segment: whether a model learns to say it. */
export type Shape =
  | { kind: "chat"; turns: Turn[] }
  | { kind: "segments"; segments: { text: string; trained: boolean }[] }
  | { kind: "text"; text: string }
  | { kind: "other" };

/** Where a text stands in a row: ["messages", 0, "content"]. */
export type Path = readonly (string | number)[];

export interface RowText {
  path: Path;
  label: string;
  value: string;
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** The parts of a list, if it is one that holds nothing but objects with a text under `key`. */
const partsOf = (value: unknown, key: string): Row[] | undefined =>
  Array.isArray(value) && value.length > 0 && value.every((part) => isRow(part) && typeof part[key] === "string") ? value : undefined;

/** The names that ShareGPT gives to roles. */
const ROLES: Record<string, string> = { human: "user", gpt: "assistant" };

export function shapeOf(row: Row): Shape {
  const messages = partsOf(row["messages"], "content");
  if (messages) return { kind: "chat", turns: messages.map((turn) => ({ role: text(turn["role"]), text: text(turn["content"]) })) };
  const conversations = partsOf(row["conversations"], "value");
  if (conversations) {
    const turns = conversations.map((turn) => ({ role: ROLES[text(turn["from"])] ?? text(turn["from"]), text: text(turn["value"]) }));
    return { kind: "chat", turns: row["system"] ? [{ role: "system", text: text(row["system"]) }, ...turns] : turns };
  }
  const segments = partsOf(row["segments"], "text");
  if (segments) return { kind: "segments", segments: segments.map((part) => ({ text: text(part["text"]), trained: part["label"] === true })) };
  if (typeof row["text"] === "string") return { kind: "text", text: row["text"] };
  if (typeof row["instruction"] === "string" && typeof row["output"] === "string") {
    const asked = [row["instruction"], text(row["input"])].filter(Boolean).join("\n\n");
    return { kind: "chat", turns: [...(row["system"] ? [{ role: "system", text: text(row["system"]) }] : []), { role: "user", text: asked }, { role: "assistant", text: row["output"] }] };
  }
  return { kind: "other" };
}

/** What the row makes a model say: the texts that should rest on the source. */
export function answersOf(row: Row): string[] {
  const shape = shapeOf(row);
  if (shape.kind === "chat") return shape.turns.filter(({ role }) => role === "assistant").map((turn) => turn.text);
  if (shape.kind === "segments") return shape.segments.filter(({ trained }) => trained).map((part) => part.text);
  return shape.kind === "text" ? [shape.text] : [];
}

/** The beginning of a row, for a list. */
export function titleOf(row: Row): string {
  const shape = shapeOf(row);
  if (shape.kind === "chat") return (shape.turns.find(({ role }) => role === "user") ?? shape.turns[0])?.text ?? "";
  if (shape.kind === "segments") return shape.segments.map((part) => part.text).join(" ");
  return shape.kind === "text" ? shape.text : JSON.stringify(row);
}

/** Every text of a row that can be rewritten by itself; none where the layout is not known. */
export function textsOf(row: Row): RowText[] {
  const inList = (key: string, label: (part: Row) => string, field: string): RowText[] =>
    (partsOf(row[key], field) ?? []).map((part, index) => ({ path: [key, index, field], label: `${index + 1}. ${label(part)}`, value: text(part[field]) }));
  const plain = (...keys: string[]): RowText[] => keys.filter((key) => typeof row[key] === "string").map((key) => ({ path: [key], label: key, value: text(row[key]) }));
  const found = [
    ...inList("messages", (part) => text(part["role"]), "content"),
    ...inList("conversations", (part) => text(part["from"]), "value"),
    ...inList("segments", (part) => (part["label"] === true ? "learnt" : "not learnt"), "text"),
  ];
  return found.length > 0 ? found : plain("text", "instruction", "input", "output");
}

/** The row with another text at a place; the row itself stays as it is. */
export function withText(row: Row, path: Path, value: string): Row {
  return replaced(row, path, value) as Row; // a path that is not empty leads into the row
}

function replaced(within: unknown, [key, ...rest]: Path, value: string): unknown {
  if (key === undefined) return value;
  if (Array.isArray(within)) return within.map((part: unknown, index) => (index === key ? replaced(part, rest, value) : part));
  return isRow(within) ? { ...within, [key]: replaced(within[key], rest, value) } : within;
}

/** A row out of JSON that somebody has typed, or why it is none. */
export function parseRow(json: string, before: Row): { row: Row } | { problem: string } {
  let row: unknown;
  try {
    row = JSON.parse(json);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isRow(row)) return { problem: "A row is an object: it begins with { and ends with }." };
  if (row["id"] !== before["id"]) return { problem: "Leave the id as it is: everything known about the row hangs on it." };
  const missing = Object.keys(before).filter((key) => !(key in row));
  const added = Object.keys(row).filter((key) => !(key in before));
  if (missing.length > 0) return { problem: `Columns are missing: ${missing.join(", ")}.` };
  if (added.length > 0) return { problem: `The dataset has no such columns: ${added.join(", ")}.` };
  return { row };
}
