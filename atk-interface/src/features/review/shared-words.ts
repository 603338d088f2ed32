/** From where to where, in characters. */
export interface Span {
  start: number;
  end: number;
}

interface Word extends Span {
  word: string;
}

/** Shorter runs are found in any two texts of a language. */
export const FEWEST = 4;

const WORD = /[\p{L}\p{N}]+(?:[.,'’-][\p{L}\p{N}]+)*/gu;

/** The words of a text in small letters: "1.2", "don't" and "Grossman-Bea" are one each. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map((match) => ({ word: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length }));
}

/** Runs of `size` words, as keys. No word holds a space. */
const runsOf = (words: readonly Word[], size: number): string[] =>
  Array.from({ length: Math.max(0, words.length - size + 1) }, (_, index) => keyOf(words, index, size));

const keyOf = (words: readonly Word[], index: number, size: number): string => {
  let key = "";
  for (let at = index; at < index + size; at += 1) key += ` ${words[at]?.word ?? ""}`;
  return key;
};

/**
 * The parts of `text` that stand word by word in one of `others` too, in runs of at least `fewest` words; case,
 * punctuation and line breaks do not count. It says where words are found, and no more: not that what they say is right.
 *
 * A run of that length or more is in both exactly when each window of `fewest` words in it is: one set is enough.
 */
export function sharedRuns(text: string, others: readonly string[], fewest = FEWEST): Span[] {
  const words = wordsOf(text);
  const known = new Set(others.flatMap((other) => runsOf(wordsOf(other), fewest)));
  const spans: Span[] = [];
  let coveredTo = -1; // number of the last word that is in a run
  runsOf(words, fewest).forEach((run, index) => {
    if (!known.has(run)) return;
    const end = words[index + fewest - 1]?.end ?? 0;
    const last = spans.at(-1);
    if (last && index <= coveredTo) last.end = end;
    else spans.push({ start: words[index]?.start ?? 0, end });
    coveredTo = index + fewest - 1;
  });
  return spans;
}

/** How many words of some texts lie in runs that another text shares, and how many there are. */
export function foundIn(texts: readonly string[], source: string, fewest = FEWEST): { found: number; all: number } {
  let [found, all] = [0, 0];
  for (const text of texts) {
    const spans = sharedRuns(text, [source], fewest);
    const words = wordsOf(text);
    all += words.length;
    found += words.filter((word) => spans.some((span) => span.start <= word.start && word.end <= span.end)).length;
  }
  return { found, all };
}

export interface Piece {
  text: string;
  marked: boolean;
}

/** A text cut at its spans. */
export function piecesOf(text: string, spans: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    if (start > from) pieces.push({ text: text.slice(from, start), marked: false });
    pieces.push({ text: text.slice(start, end), marked: true });
    from = end;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), marked: false });
  return pieces;
}
