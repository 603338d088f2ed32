import { walk } from "./open-config";
import type { ParsedConfig } from "./parse-config";
import { refuseLostAnchors, replaceValue } from "./replace-value";
import { Refused, spliced } from "./splices";
import { indentOf, lineAt, lineEnd, lineRange, lineText } from "./text-lines";
import type { Collection, Entry, MapNode, SeqNode, Slot } from "./tree";
import type { KeyPath, TextRange, YamlValue } from "./types";
import { inlineValue, itemLines, writeKey, writeValue } from "./write-value";

/** A new key behind another one; without `after` behind the last one. */
export function insertEntry(parsed: ParsedConfig, map: MapNode, key: string, value: YamlValue, after?: Entry): string {
  const { lines, text } = parsed;
  const before = after ?? map.entries.at(-1);
  if (map.flow) {
    const written = `${writeKey(key, true)}: ${inlineValue(value)}`;
    const at = before?.to ?? map.from + 1;
    return spliced(text, [{ from: at, to: at, insert: before ? `, ${written}` : written }]);
  }
  const at = before ? blockEnd(parsed, before.to, map.indent) : map.to;
  return spliced(text, [{ from: at, to: at, insert: lines.newline + entryLines(key, value, map.indent).join(lines.newline) }]);
}

/** A key with its value in lines. */
export function entryLines(key: string, value: YamlValue, indent: number): string[] {
  const { head, body } = writeValue(value, { flow: false, indent });
  return [`${" ".repeat(indent)}${writeKey(key, false)}:${head && ` ${head}`}`, ...body];
}

/** End of the lines of an entry that ends at `to`: with comments below that are indented further than it is. */
function blockEnd(parsed: ParsedConfig, to: number, indent: number): number {
  const { lines } = parsed;
  let line = lineAt(lines, to);
  while (line + 1 < lines.starts.length) {
    const next = lineText(lines, line + 1);
    if (!next.trimStart().startsWith("#") || indentOf(next) <= indent) break;
    line++;
  }
  return Math.max(to, lineRange(lines, line).to);
}

/** The text with a new item in the list at a written path, in front of the one at `index` or behind the last. */
export function withItem(parsed: ParsedConfig, raw: KeyPath, index: number, value: YamlValue): string {
  const { slot, container, rest } = walk(parsed.root, raw);
  if (rest.length || slot?.node?.type !== "seq" || !container) throw new Refused("there is no list to add to");
  if (slot.node.items.length === 0) return replaceValue(parsed, slot, container, [value]);
  return insertInto(parsed, slot.node, index, value);
}

function insertInto(parsed: ParsedConfig, list: SeqNode, index: number, value: YamlValue): string {
  const { lines, text } = parsed;
  const next = list.items[index];
  const before = list.items[index - 1];
  if (list.flow) {
    const written = inlineValue(value);
    if (before) return spliced(text, [{ from: before.to, to: before.to, insert: `, ${written}` }]);
    const at = next?.from ?? list.from + 1;
    return spliced(text, [{ from: at, to: at, insert: next ? `${written}, ` : written }]);
  }
  const written = itemLines(value, list.indent).join(lines.newline);
  if (before) {
    const at = blockEnd(parsed, before.to, list.indent);
    return spliced(text, [{ from: at, to: at, insert: lines.newline + written }]);
  }
  const insert = `${written.slice(list.indent)}${lines.newline}${" ".repeat(list.indent)}`;
  return spliced(text, [{ from: next?.from ?? list.from, to: next?.from ?? list.from, insert }]);
}

/** Take an entry or item out of its collection; an emptied one becomes {} or []. */
export function takeOut(parsed: ParsedConfig, slot: Slot, container: Collection, holder: Slot | null): string {
  const { text } = parsed;
  refuseLostAnchors(parsed, slot, true);
  const slots: readonly Slot[] = container.type === "map" ? container.entries : container.items;
  const index = slots.indexOf(slot);
  const next = slots[index + 1];
  const before = slots[index - 1];
  if (container.flow) {
    if (next) return spliced(text, [{ from: slot.from, to: next.from, insert: "" }]);
    return spliced(text, [{ from: before?.to ?? slot.from, to: slot.to, insert: "" }]);
  }
  const alone = !next && !before;
  const range = wholeLines(parsed, slot);
  if (alone && holder) return replaceEmpty(parsed, holder, container, range);
  if (range) return spliced(text, [{ ...range, insert: "" }]);
  return spliced(text, [{ from: slot.from, to: next?.from ?? slot.to, insert: "" }]);
}

/** `key:` above lines that go away gets `{}` or `[]`; comments among those lines stay. */
function replaceEmpty(parsed: ParsedConfig, holder: Slot, container: Collection, range: TextRange | null): string {
  const empty = container.type === "map" ? "{}" : "[]";
  const around: Collection = { type: "map", flow: false, indent: 0, entries: [], from: 0, to: 0, start: 0, anchor: null, tag: null };
  if (!range || holder.type === "item") return replaceValue(parsed, holder, around, container.type === "map" ? {} : []);
  const at = container.anchor ? container.start + container.anchor.length + 1 : holder.at;
  return spliced(parsed.text, [
    { from: at, to: at, insert: ` ${empty}` },
    { ...range, insert: "" },
  ]);
}

/** The lines of an entry; null when something else stands on them. */
export function wholeLines(parsed: ParsedConfig, slot: Slot): TextRange | null {
  const { lines, text } = parsed;
  const first = lineRange(lines, lineAt(lines, slot.from));
  if (lines.text.slice(first.from, slot.from).trim() !== "") return null;
  const end = lineEnd(lines, slot.to);
  const next = lines.starts[lineAt(lines, end) + 1];
  if (next !== undefined) return { from: first.from, to: next };
  // The last line of the text, which has no end: take that of the line above.
  const above = first.from > 0 && text[first.from - 1] === "\n" ? (text[first.from - 2] === "\r" ? 2 : 1) : 0;
  return { from: first.from - above, to: end };
}
