import type { Sample, Source } from "@/api/schema";

/** A passage of a document, and what each of two runs made of it. */
export interface SharedPassage {
  key: string;
  text: string;
  page: number | null;
  start: number;
  first: Sample[];
  second: Sample[];
}

/**
 * Rows of two runs by the passage that they rest on, in the order of the document.
 *
 * A passage is known by the id of its chunk, which follows from its text; where a run cut differently or wrote no ids,
 * by its text. A row that rests on several passages of the document stands with each of them.
 */
export function byPassage(file: string, first: readonly Sample[], second: readonly Sample[]): SharedPassage[] {
  const passages = new Map<string, SharedPassage>();
  const byText = new Map<string, SharedPassage>();
  const take = (sample: Sample, side: "first" | "second") => {
    for (const source of sample.sources ?? []) {
      if (source.file !== file) continue;
      const passage = passageOf(source, passages, byText);
      if (!passage[side].includes(sample)) passage[side].push(sample);
    }
  };
  for (const sample of first) take(sample, "first");
  for (const sample of second) take(sample, "second");
  return [...passages.values()].sort((one, other) => (one.page ?? 0) - (other.page ?? 0) || one.start - other.start);
}

function passageOf(source: Source, passages: Map<string, SharedPassage>, byText: Map<string, SharedPassage>): SharedPassage {
  const text = source.text ?? "";
  const key = source.chunk || `${source.start}-${source.end}-${text.length}`;
  const known = passages.get(key) ?? (text ? byText.get(text) : undefined);
  if (known) return known;
  const made: SharedPassage = { key, text, page: source.page ?? null, start: source.start, first: [], second: [] };
  passages.set(key, made);
  if (text) byText.set(text, made);
  return made;
}
