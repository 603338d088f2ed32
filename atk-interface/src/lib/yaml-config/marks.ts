import { lineRange, type TextLines } from "./text-lines";

/** Bare, both marks are YAML tags, and with words behind them often not YAML at all: hidden, they are plain text. */
export const PLACEHOLDER = "!!PLACEHOLDER!!";
export const ATTENTION = "!!ATTENTION!!";
export const PLACEHOLDER_MARK = "\ue0f1";
export const ATTENTION_MARK = "\ue0f2";
const BROKEN_MARK = "\ue0f3";

const KEY = String.raw`(?:-[ \t]+)*(?:[^\s#\[\]{},"'&*!|>%@-][^:\[\]{}"']*?|"[^"]*"|'[^']*')[ \t]*:`;
const BLOCK_PLACEHOLDER = new RegExp(String.raw`^(?<before>[ \t]*(?:${KEY}|-)[ \t]+)${PLACEHOLDER_MARK}+(?<words>.*)$`);
const BLOCK_ATTENTION = new RegExp(String.raw`^(?<before>[ \t]*(?:${KEY}|-)[ \t]+)${ATTENTION_MARK}{${ATTENTION.length}}(?<value>.*)$`);

/** A mark as it was found, before it is known whose it is. */
export interface FoundMark {
  readonly kind: "placeholder" | "attention";
  readonly from: number;
  readonly to: number;
  /** Counted from 0. */
  readonly line: number;
  readonly words: string;
  /** Stands in a comment, or above the value that is meant. */
  readonly aside: boolean;
}

/** A text of the same length in which YAML finds no marks. */
export interface HiddenMarks {
  readonly text: string;
  readonly marks: readonly FoundMark[];
}

/** Swap the marks for private-use characters, or for spaces where a value or a block follows. */
export function hideMarks(lines: TextLines): HiddenMarks {
  const { text } = lines;
  if (!text.includes(PLACEHOLDER) && !text.includes(ATTENTION)) return { text, marks: [] };
  const marks: FoundMark[] = [];
  const pieces: string[] = [];
  let done = 0;
  for (let line = 0; line < lines.starts.length; line++) {
    const { from, to } = lineRange(lines, line);
    const whole = text.slice(from, to);
    if (!whole.includes("!!")) continue;
    const start = commentStart(whole);
    const hidden = hideInCode({ lines, line, from, code: whole.slice(0, start), comment: whole.slice(start) }, marks);
    pieces.push(text.slice(done, from), hidden);
    done = from + start;
  }
  return { text: pieces.join("") + text.slice(done), marks };
}

interface MarkedLine {
  readonly lines: TextLines;
  readonly line: number;
  readonly from: number;
  readonly code: string;
  readonly comment: string;
}

function hideInCode(place: MarkedLine, marks: FoundMark[]): string {
  const code = place.code
    .replaceAll(PLACEHOLDER, PLACEHOLDER_MARK.repeat(PLACEHOLDER.length))
    .replaceAll(ATTENTION, ATTENTION_MARK.repeat(ATTENTION.length));
  const said = wordsOf(place.comment);
  const warned = said.includes(ATTENTION) && (code.trim() !== "" || said.startsWith(ATTENTION));
  if (warned) marks.push(markAt(place, "attention", place.code.length + place.comment.indexOf(ATTENTION), attentionWords(said), true));
  const filled = hidePlaceholder(place, code, marks);
  const groups = BLOCK_ATTENTION.exec(filled)?.groups;
  const at = filled.indexOf(ATTENTION_MARK);
  if (at >= 0 && !warned) marks.push(markAt(place, "attention", at, attentionWords(said), groups !== undefined));
  const value = groups?.["value"] ?? "";
  return groups ? blank(groups["before"] ?? "", filled.length - value.length) + value : filled;
}

/** What follows a bare placeholder on its line is a note, not the value. */
function hidePlaceholder(place: MarkedLine, code: string, marks: FoundMark[]): string {
  const at = code.indexOf(PLACEHOLDER_MARK);
  if (at < 0) return code;
  const groups = BLOCK_PLACEHOLDER.exec(code)?.groups;
  const words = (groups?.["words"] ?? "").replace(/\ue0f2+/g, ATTENTION).replace(/\ue0f1+/g, "").trim();
  const aside = groups !== undefined && words === "" && blockFollows(place.lines, place.line);
  marks.push(markAt(place, "placeholder", at, words, aside));
  if (!groups) return code;
  return blank((groups["before"] ?? "") + (aside ? "" : PLACEHOLDER_MARK.repeat(PLACEHOLDER.length)), code.length);
}

function markAt({ line, from }: MarkedLine, kind: FoundMark["kind"], at: number, words: string, aside: boolean): FoundMark {
  const length = kind === "placeholder" ? PLACEHOLDER.length : ATTENTION.length;
  return { kind, from: from + at, to: from + at + length, line, words, aside };
}

function blank(text: string, length: number): string {
  return text.padEnd(length, " ");
}

function wordsOf(comment: string): string {
  return comment.replace(/^[# \t]+/, "");
}

function attentionWords(comment: string): string {
  return comment.replaceAll(ATTENTION, "").replace(/^[ :\-\t]+|[ :\-\t]+$/g, "");
}

/** Where the comment of a line begins; the line's length when it has none. */
export function commentStart(line: string): number {
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    const before = index ? line.charAt(index - 1) : " ";
    if (quote) {
      if (character === quote) quote = "";
    } else if ((character === '"' || character === "'") && " \t[{,(:".includes(before)) quote = character;
    else if (character === "#" && " \t".includes(before)) return index;
  }
  return line.length;
}

function blockFollows(lines: TextLines, line: number): boolean {
  const indent = columnOf(lines, line);
  for (let next = line + 1; next < lines.starts.length; next++) {
    const { from, to } = lineRange(lines, next);
    const text = lines.text.slice(from, to).trim();
    if (text === "" || text.startsWith("#")) continue;
    const column = columnOf(lines, next);
    return column > indent || (column === indent && text.startsWith("- "));
  }
  return false;
}

function columnOf(lines: TextLines, line: number): number {
  const { from, to } = lineRange(lines, line);
  const text = lines.text.slice(from, to);
  return text.length - text.trimStart().length;
}

export function hasPlaceholder(text: string): boolean {
  return text.includes(PLACEHOLDER_MARK);
}

/** What the text says once an attention mark beside it is taken away. */
export function withoutAttention(text: string): string | null {
  return text.includes(ATTENTION_MARK) ? text.replace(/\ue0f2+/g, " ").trim() : null;
}

/** Whether a text would be taken for a mark, so that it cannot stand in a config as it is. */
export function holdsMark(text: string): boolean {
  return [PLACEHOLDER, ATTENTION, PLACEHOLDER_MARK, ATTENTION_MARK, BROKEN_MARK].some((mark) => text.includes(mark));
}
