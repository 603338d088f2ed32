import type { TextRange } from "./types";

/** Where the lines of a text begin and end, and how they are ended. */
export interface TextLines {
  readonly starts: readonly number[];
  readonly text: string;
  /** What new lines end with: as the first line does. */
  readonly newline: string;
}

/** Characters besides line feeds that end a line for the pipelines' reader. */
const OTHER_BREAKS = /\r(?!\n)|[\v\f\x1c-\x1e\x85\u2028\u2029]/g; // eslint-disable-line no-control-regex -- they are what is looked for

/** `text` with a line feed for every single character that ends a line; offsets stay. */
export function withPlainBreaks(text: string): string {
  return text.replace(OTHER_BREAKS, "\n");
}

/** The lines of a text from `withPlainBreaks`. */
export function linesOf(text: string): TextLines {
  const starts = [text.startsWith("\ufeff") ? 1 : 0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const first = text.indexOf("\n");
  return { starts, text, newline: first > 0 && text[first - 1] === "\r" ? "\r\n" : "\n" };
}

/** Number of the line that holds `offset`, counted from 0. */
export function lineAt(lines: TextLines, offset: number): number {
  let low = 0;
  let high = lines.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines.starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** From the first character of a line to its end, without what ends it. */
export function lineRange(lines: TextLines, line: number): TextRange {
  const from = lines.starts[line] ?? lines.text.length;
  const next = lines.starts[line + 1];
  let to = next === undefined ? lines.text.length : next - 1;
  if (next !== undefined && to > from && lines.text[to - 1] === "\r") to -= 1;
  return { from, to };
}

export function lineText(lines: TextLines, line: number): string {
  const { from, to } = lineRange(lines, line);
  return lines.text.slice(from, to);
}

/** End of the line that holds `offset`, without what ends it. */
export function lineEnd(lines: TextLines, offset: number): number {
  return Math.max(offset, lineRange(lines, lineAt(lines, offset)).to);
}

/** Characters between the start of the line and `offset`. */
export function columnAt(lines: TextLines, offset: number): number {
  return offset - (lines.starts[lineAt(lines, offset)] ?? 0);
}

export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
