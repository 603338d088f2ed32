import { partsOf } from "@/components/row-turns";
import { isRecord } from "@/lib/json";

/** A row of a dataset, in whatever layout. */
export type Row = Record<string, unknown>;

/** Where a text stands in a row: ["messages", 0, "content"]. */
export type Path = readonly (string | number)[];

export interface RowText {
  path: Path;
  label: string;
  value: string;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

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
  return isRecord(within) ? { ...within, [key]: replaced(within[key], rest, value) } : within;
}

/** A row out of JSON that somebody has typed, or why it is none. */
export function parseRow(json: string, before: Row): { row: Row } | { problem: string } {
  let row: unknown;
  try {
    row = JSON.parse(json);
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isRecord(row)) return { problem: "A row is an object: it begins with { and ends with }." };
  if (row["id"] !== before["id"]) return { problem: "Leave the id as it is: everything known about the row hangs on it." };
  const missing = Object.keys(before).filter((key) => !(key in row));
  const added = Object.keys(row).filter((key) => !(key in before));
  if (missing.length > 0) return { problem: `Columns are missing: ${missing.join(", ")}.` };
  if (added.length > 0) return { problem: `The dataset has no such columns: ${added.join(", ")}.` };
  return { row };
}
