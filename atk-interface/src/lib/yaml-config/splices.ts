import type { TextChange } from "./types";

/** An edit that cannot be made; its message is for people. */
export class Refused extends Error {}

/** `text` with some of its characters replaced; the changes must not overlap. */
export function spliced(text: string, changes: readonly TextChange[]): string {
  const ordered = [...changes].sort((one, other) => one.from - other.from || one.to - other.to);
  let result = "";
  let done = 0;
  for (const { from, to, insert } of ordered) {
    result += text.slice(done, from) + insert;
    done = to;
  }
  return result + text.slice(done);
}

/** The smallest replacement that turns one text into another; none when they are the same. */
export function changeBetween(before: string, after: string): TextChange[] {
  if (before === after) return [];
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start++;
  let end = 0;
  while (end < shortest - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [{ from: start, to: before.length - end, insert: after.slice(start, after.length - end) }];
}
