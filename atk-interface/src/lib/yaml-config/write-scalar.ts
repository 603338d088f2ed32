import { holdsMark } from "./marks";
import { staysText } from "./plain-scalars";
import type { ScalarNode } from "./tree";
import type { YamlValue } from "./types";

/** Where a value is to stand. */
export interface WritingContext {
  /** Inside brackets. */
  readonly flow: boolean;
  /** Column of the block around it, or of its dash. */
  readonly indent: number;
  /** What stood there before, whose quotes are kept. */
  readonly before?: ScalarNode;
}

/** A value as text: what follows its key, and the lines below, already indented. */
export interface Written {
  readonly head: string;
  readonly body: readonly string[];
}

type Scalar = Exclude<YamlValue, object> | null;

// Control characters, breaks of YAML 1.1, byte order marks and halves of pairs: readable only when escaped.
const UNPRINTABLE = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;
const LEADING = /^[-?:,[\]{}#&*!|>'"%@`=\s]/;
const LEADING_DASH = /^-[^\s,[\]{}-]/;
const LONG = 80;

/** A scalar as it is best written there. */
export function writeScalar(value: Scalar, context: WritingContext): Written {
  if (typeof value === "string") return writeText(value, context);
  if (typeof value === "number") return { head: writeNumber(value, context.before), body: [] };
  return { head: String(value), body: [] };
}

function writeNumber(value: number, before?: ScalarNode): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value < 0 ? "-.inf" : ".inf";
  // What was written 1.0 becomes 2.0.
  const decimals = Number.isSafeInteger(value) && before?.style === "plain" && /^[-+]?\d*\.\d*$/.test(before.text);
  return decimals ? `${String(value)}.0` : String(value);
}

function writeText(value: string, context: WritingContext): Written {
  const style = context.before?.style;
  if (!context.flow && (value.includes("\n") || (style === "block" && value.length > LONG))) {
    const literal = writeLiteral(value, context);
    if (literal) return literal;
  }
  return { head: inlineText(value, context.flow, style), body: [] };
}

/** Text in one line. */
export function inlineText(value: string, flow: boolean, style?: ScalarNode["style"]): string {
  if (value.includes("\n") || UNPRINTABLE.test(value) || value.includes("\t")) return doubleQuoted(value);
  if (style === "double") return doubleQuoted(value);
  if (style === "single" || (!mayBePlain(value, flow) && /["\\]/.test(value) && !value.includes("'"))) return `'${value.replaceAll("'", "''")}'`;
  return mayBePlain(value, flow) ? value : doubleQuoted(value);
}

/** Whether text needs no quotes, for readers of YAML 1.2 and of YAML 1.1. */
function mayBePlain(value: string, flow: boolean): boolean {
  if (value === "" || value !== value.trim() || holdsMark(value)) return false;
  if (!LEADING_DASH.test(value) && LEADING.test(value)) return false;
  if (/:(?:\s|$)|\s#/.test(value) || /^(?:---|\.\.\.)/.test(value)) return false;
  if (flow && /[,[\]{}]|:$|\?/.test(value)) return false;
  return staysText(value);
}

function doubleQuoted(value: string): string {
  let text = "";
  for (const character of value) {
    if (character === '"' || character === "\\") text += `\\${character}`;
    else if (character === "\n") text += "\\n";
    else if (character === "\t") text += "\\t";
    else if (UNPRINTABLE.test(character)) text += escaped(character.codePointAt(0) ?? 0);
    else text += character;
  }
  return `"${text}"`;
}

function escaped(code: number): string {
  if (code === 0x0d) return "\\r";
  const digits = code.toString(16).toUpperCase();
  return code <= 0xff ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

/** Several lines as `|`; null for text that such a block cannot hold. */
function writeLiteral(value: string, context: WritingContext): Written | null {
  if (UNPRINTABLE.test(value) || holdsMark(value) || value.endsWith("\n\n") || value.trim() === "") return null;
  const chomp = value.endsWith("\n") ? "" : "-";
  const lines = (chomp ? value : value.slice(0, -1)).split("\n");
  if (/^\s*\n|^[ \t]/.test(value) || lines.some((line) => line.trim() === "" && line !== "")) return null;
  const pad = " ".repeat(context.indent + 2);
  return { head: `|${chomp}`, body: lines.map((line) => (line === "" ? "" : pad + line)) };
}
