import { isMap } from "./evaluate";
import { plainValue } from "./plain-scalars";
import { inlineText, writeScalar, type WritingContext, type Written } from "./write-scalar";
import type { YamlMap, YamlValue } from "./types";

const LONGEST_INLINE_LIST = 60;

/** A value as it is best written at a place. */
export function writeValue(value: YamlValue, context: WritingContext): Written {
  if (typeof value !== "object" || value === null) return writeScalar(value, context);
  const empty = Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
  if (context.flow || empty || isShortList(value)) return { head: inlineValue(value), body: [] };
  return { head: "", body: blockLines(value, context.indent + 2) };
}

function isShortList(value: YamlValue): boolean {
  if (!Array.isArray(value) || value.some((item) => typeof item === "object" && item !== null)) return false;
  return inlineValue(value).length <= LONGEST_INLINE_LIST;
}

/** A value in one line. */
export function inlineValue(value: YamlValue): string {
  if (Array.isArray(value)) return `[${value.map(inlineValue).join(", ")}]`;
  if (isMap(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${writeKey(key, true)}: ${inlineValue(item)}`);
    return `{${entries.join(", ")}}`;
  }
  return writeScalar(value, { flow: true, indent: 0 }).head;
}

/** A mapping or list, not empty, in lines that begin at a column. */
export function blockLines(value: YamlValue[] | YamlMap, indent: number): string[] {
  const pad = " ".repeat(indent);
  if (Array.isArray(value)) return value.flatMap((item) => itemLines(item, indent));
  return Object.entries(value).flatMap(([key, item]) => {
    const { head, body } = writeValue(item, { flow: false, indent });
    return [`${pad}${writeKey(key, false)}:${head && ` ${head}`}`, ...body];
  });
}

/** One item of a list in lines; a mapping or list in it begins behind the dash. */
export function itemLines(item: YamlValue, indent: number): string[] {
  const pad = " ".repeat(indent);
  const { head, body } = writeValue(item, { flow: false, indent });
  if (head) return [`${pad}- ${head}`, ...body];
  const [first = "", ...rest] = body;
  return [`${pad}- ${first.trimStart()}`, ...rest];
}

/** A key; whole numbers stay whole numbers, as the pipelines' reader keeps them. */
export function writeKey(key: string, flow: boolean): string {
  if (/^(?:0|-?[1-9]\d*)$/.test(key) && typeof plainValue(key) === "number") return key;
  return inlineText(key, flow || /[[\]{},"']/.test(key));
}
