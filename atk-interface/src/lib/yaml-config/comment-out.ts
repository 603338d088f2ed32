import { wholeLines } from "./edit-entries";
import type { ParsedConfig } from "./parse-config";
import { refuseLostAnchors } from "./replace-value";
import { spliced } from "./splices";
import { indentOf, lineAt, lineEnd, lineRange, lineText } from "./text-lines";
import type { Collection, Slot } from "./tree";

interface Place {
  readonly slot: Slot;
  readonly container: Collection;
  readonly holder: Slot | null;
}

/** An entry as `# key: fallback`, with the comment behind it; null for one that has no comments to keep. */
export function commentedOutEntry(parsed: ParsedConfig, place: Place, fallback: string): string | null {
  const { slot, container, holder } = place;
  const { lines, text } = parsed;
  const whole = wholeLines(parsed, slot);
  if (slot.type !== "entry" || container.type !== "map" || container.flow || !whole) return null;
  const behind = commentBehind(parsed, slot);
  if (behind === "" && !hasCommentAbove(parsed, slot)) return null;
  refuseLostAnchors(parsed, slot, true);
  const first = lineRange(lines, lineAt(lines, slot.from));
  const written = `${" ".repeat(container.indent)}# ${text.slice(slot.keyFrom, slot.keyTo)}: ${fallback}${behind}`;
  const changes = [{ from: first.from, to: lineEnd(lines, slot.to), insert: written }];
  if (container.entries.length === 1 && holder) {
    const at = container.anchor ? container.start + container.anchor.length + 1 : holder.at;
    if (holder.type === "item") return null;
    changes.push({ from: at, to: at, insert: " {}" });
  }
  return spliced(text, changes);
}

/** The comment on the line of a key, with the space before it; empty without one. */
export function commentBehind(parsed: ParsedConfig, slot: Slot): string {
  const { lines, hidden } = parsed;
  const { node } = slot;
  const sameLine = node !== null && lineAt(lines, node.to) === lineAt(lines, slot.at);
  const from = sameLine ? node.to : slot.at;
  const line = hidden.slice(from, lineEnd(lines, from));
  // Between brackets others may follow; a block may begin with an anchor or `|`.
  const match = /^(?:[\s,\]}]*|\s*[&|>][^\s#]*\s*)?((?:^|[ \t]+)#.*)$/.exec(line);
  return match?.[1] ? parsed.text.slice(from + line.length - match[1].length, from + line.length) : "";
}

/** The number of comment lines directly above a place, indented as it is. */
export function commentLinesAbove(parsed: ParsedConfig, offset: number): number {
  const { lines } = parsed;
  const line = lineAt(lines, offset);
  const indent = indentOf(lineText(lines, line));
  let count = 0;
  while (line - count - 1 >= 0) {
    const above = lineText(lines, line - count - 1).replace("\ufeff", "");
    if (!above.trimStart().startsWith("#") || indentOf(above) !== indent) break;
    count++;
  }
  return count;
}

function hasCommentAbove(parsed: ParsedConfig, slot: Slot): boolean {
  return commentLinesAbove(parsed, slot.from) > 0;
}
