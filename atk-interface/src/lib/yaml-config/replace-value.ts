import { commentStart } from "./marks";
import { nodesIn } from "./open-config";
import type { ParsedConfig } from "./parse-config";
import { Refused, spliced } from "./splices";
import { lineAt, lineEnd, lineText } from "./text-lines";
import type { Collection, Slot } from "./tree";
import type { TextChange, TextRange, YamlMap, YamlValue } from "./types";
import { blockLines, itemLines, writeValue } from "./write-value";

/** The characters of a value: on the line of its key, and the lines below. */
interface Extent {
  readonly head: TextRange;
  readonly body: TextRange | null;
}

/** Put a value into a place that is there, whatever stands in it. An anchor in front of it stays. */
export function replaceValue(parsed: ParsedConfig, slot: Slot, container: Collection, value: YamlValue): string {
  const { node } = slot;
  if (node?.tag) throw new Refused("its value has a YAML tag; change it in the text");
  refuseLostAnchors(parsed, slot);
  const written = writeValue(value, { flow: container.flow, indent: container.indent, ...(node?.type === "scalar" ? { before: node } : {}) });
  if (written.head === "") {
    const block = value as YamlValue[] | YamlMap; // only blocks have nothing on the line of their key
    if ((node?.type === "map" || node?.type === "seq") && !node.flow && !marksValue(parsed, slot)) return blockReplaced(parsed, node, container, block);
    if (container.type === "seq") return itemReplaced(parsed, slot, container, block);
  }
  return spliced(parsed.text, headAndBody(parsed, slot, extentOf(parsed, slot), written.head, written.body));
}

/** One block in place of another, below the comments on the line of its key. */
function blockReplaced(parsed: ParsedConfig, node: Collection, container: Collection, block: YamlValue[] | YamlMap): string {
  // A list may stand below its key without being indented, a mapping may not.
  const indent = Array.isArray(block) ? node.indent : Math.max(node.indent, container.indent + (container.type === "map" ? 1 : 2));
  const text = blockLines(block, indent).join(parsed.lines.newline).slice(node.indent);
  return spliced(parsed.text, [{ from: node.from, to: node.to, insert: text }]);
}

/** A block behind the dash of an item. */
function itemReplaced(parsed: ParsedConfig, slot: Slot, container: Collection, block: YamlValue[] | YamlMap): string {
  const { head, body } = extentOf(parsed, slot);
  const [first = "", ...rest] = itemLines(block, container.indent);
  const insert = spaceBefore(parsed.text, head.from) + [first.slice(container.indent + 2), ...rest].join(parsed.lines.newline);
  return spliced(parsed.text, [{ from: head.from, to: body?.to ?? head.to, insert }]);
}

function headAndBody(parsed: ParsedConfig, slot: Slot, extent: Extent, head: string, body: readonly string[]): TextChange[] {
  const { lines, text } = parsed;
  let { from } = extent.head;
  if (head === "") while (from > slot.at && " \t".includes(text.charAt(from - 1))) from--;
  const changes: TextChange[] = [{ from, to: extent.head.to, insert: head && spaceBefore(text, from) + head }];
  const below = body.map((line) => lines.newline + line).join("");
  const at = extent.body ?? { from: lineEnd(lines, extent.head.to), to: lineEnd(lines, extent.head.to) };
  if (extent.body || below) changes.push({ ...at, insert: below });
  return changes;
}

function spaceBefore(text: string, at: number): string {
  return at > 0 && /[\s[{,]/.test(text.charAt(at - 1)) ? "" : at === 0 ? "" : " ";
}

function extentOf(parsed: ParsedConfig, slot: Slot): Extent {
  const { lines } = parsed;
  const { node } = slot;
  const marked = placeholderEnd(parsed, slot);
  if (!node) {
    const at = { from: slot.at, to: slot.at };
    return { head: marked ?? at, body: null };
  }
  if (node.type === "scalar" && node.style === "block") {
    const headEnd = lineEnd(lines, node.from);
    const header = /^[|>][-+0-9]*/.exec(parsed.hidden.slice(node.from, headEnd))?.[0].length ?? 1;
    return { head: { from: node.from, to: node.from + header }, body: node.to > headEnd ? { from: headEnd, to: node.to } : null };
  }
  const blockBelow = node.type !== "scalar" && node.type !== "alias" && !node.flow && lineAt(lines, node.from) !== lineAt(lines, slot.at);
  if (blockBelow) {
    const at = node.anchor ? node.start + node.anchor.length + 1 : slot.at;
    const head = marked ?? { from: at, to: at };
    return { head, body: { from: lineEnd(lines, head.to), to: lineEnd(lines, node.to) } };
  }
  return { head: { from: node.from, to: Math.max(node.to, marked?.to ?? 0) }, body: null };
}

/** A bare placeholder with the words beside it, which are a note that goes with it. */
function placeholderEnd(parsed: ParsedConfig, slot: Slot): TextRange | null {
  const { lines } = parsed;
  const line = lineAt(lines, slot.at);
  const mark = parsed.marks.find((found) => found.kind === "placeholder" && found.line === line && found.from >= slot.at);
  const bare = mark && slot.type === "entry" && /^[ \t]*$/.test(lines.text.slice(slot.at, mark.from));
  const bareItem = mark && slot.type === "item" && slot.node?.from === mark.from && lines.text[slot.from] === "-";
  if (!mark || !(bare || bareItem)) return null;
  if (slot.node?.type === "map" && slot.node.flow) return null;
  const whole = lineText(lines, line);
  const code = whole.slice(0, commentStart(whole)).trimEnd().length;
  return { from: mark.from, to: (lines.starts[line] ?? 0) + code };
}

/** Anchors inside a value that aliases outside of it stand for must not vanish with it. */
export function refuseLostAnchors(parsed: ParsedConfig, slot: { readonly from: number; readonly to: number; readonly node: Slot["node"] }, withOwn = false): void {
  const outer = slot.node;
  if (!outer) return;
  for (const node of nodesIn(parsed.root)) {
    if (node.type !== "alias" || !node.target || (node.from >= slot.from && node.from < slot.to)) continue;
    const { target } = node;
    const inside = target.start >= outer.start && target.to <= outer.to && (withOwn || target !== outer);
    if (!inside) continue;
    const line = lineAt(parsed.lines, node.from) + 1;
    throw new Refused(`line ${line} uses a part of this value (*${node.name}): change that line first`);
  }
}


/** Whether a placeholder stands before the value, which then does not count yet. */
export function marksValue(parsed: ParsedConfig, slot: Slot): boolean {
  return placeholderEnd(parsed, slot) !== null;
}
