export interface SearchAnswer {
  numbers: number[];
  next: number | null;
  scanned: number;
}

/** What a search has brought so far. */
export interface Found {
  /** Lines with a match, ascending. */
  numbers: number[];
  /** Share of the log that was looked at. */
  scanned: number;
  complete: boolean;
}

/** The answers of a search as one. They follow one another, so their lines are in order. */
export function gather(answers: readonly SearchAnswer[]): Found {
  const last = answers.at(-1);
  return { numbers: answers.flatMap(({ numbers }) => numbers), scanned: last?.scanned ?? 0, complete: last?.next === null };
}

/** How many of the matches lie before `line`. */
export function countBefore(numbers: readonly number[], line: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The match after `line` (or before it), going round at the ends. */
export function neighbour(numbers: readonly number[], line: number, direction: 1 | -1): number | undefined {
  const index = direction === 1 ? countBefore(numbers, line + 1) : countBefore(numbers, line) - 1;
  return numbers[index] ?? (direction === 1 ? numbers[0] : numbers.at(-1));
}

/** A line cut at the places where it holds the text: every second part is one of these. */
export function cut(line: string, text: string, ignoreCase: boolean): string[] {
  if (!text) return [line];
  const [within, wanted] = ignoreCase ? [smallLetters(line), smallLetters(text)] : [line, text];
  const parts: string[] = [];
  let from = 0;
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, from)) {
    parts.push(line.slice(from, at), line.slice(at, at + text.length));
    from = at + text.length;
  }
  return [...parts, line.slice(from)];
}

/** As the service does it: only A to Z, which also keeps every letter at its place. */
const smallLetters = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
