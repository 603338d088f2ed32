import { textDifference } from "@/components/editor/text-difference";
import type { StoredConfig } from "@/api/schema";

/** What changed the text last, so that the editor can show where. */
export interface LastChange {
  /** Typed in the editor; a field of the form; undone, redone or put there as a whole. */
  readonly origin: "editor" | "form" | "whole";
  /** Which field; changes of the same one soon after each other are undone together. */
  readonly key: string;
  /** Milliseconds. */
  readonly at: number;
  /** Where the changed characters begin in the text as it is now. */
  readonly from: number;
}

/** A config while it is edited: one text, whichever side it is edited on. */
export interface ConfigDocument {
  readonly text: string;
  /** What the service has, as far as is known. */
  readonly saved: { readonly text: string; readonly version: string };
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly last: LastChange | null;
}

export type DocumentAction =
  | { readonly type: "typed"; readonly text: string; readonly at: number }
  | { readonly type: "field-edited"; readonly text: string; readonly key: string; readonly at: number }
  /** Another text altogether: discarded edits, a template, somebody else's version. Can be undone. */
  | { readonly type: "replaced"; readonly text: string; readonly at: number }
  /** The service has stored `text`, or told what it has. */
  | { readonly type: "stored"; readonly text: string; readonly version: string }
  | { readonly type: "undo"; readonly at: number }
  | { readonly type: "redo"; readonly at: number };

const TOGETHER_MS = 800;
const MOST_STEPS = 500;
/** Undoing must not eat the browser's memory when a config is huge. */
const MOST_CHARACTERS = 20_000_000;

export const openDocument = ({ text, version }: Pick<StoredConfig, "text" | "version">): ConfigDocument => ({
  text,
  saved: { text, version },
  past: [],
  future: [],
  last: null,
});

export const isUnsaved = ({ text, saved }: ConfigDocument): boolean => text !== saved.text;

export function changeDocument(document: ConfigDocument, action: DocumentAction): ConfigDocument {
  switch (action.type) {
    case "typed":
      return edit(document, action.text, { origin: "editor", key: "", at: action.at });
    case "field-edited":
      return edit(document, action.text, { origin: "form", key: action.key, at: action.at });
    case "replaced":
      return edit(document, action.text, { origin: "whole", key: "", at: action.at });
    case "stored":
      return { ...document, saved: { text: action.text, version: action.version } };
    case "undo":
      return step(document, action.at, document.past.at(-1), (text) => ({ past: document.past.slice(0, -1), future: [...document.future, text] }));
    case "redo":
      return step(document, action.at, document.future.at(-1), (text) => ({ past: [...document.past, text], future: document.future.slice(0, -1) }));
  }
}

function edit(document: ConfigDocument, text: string, change: Omit<LastChange, "from">): ConfigDocument {
  const difference = textDifference(document.text, text);
  if (!difference) return document;
  const last = { ...change, from: difference.from };
  const past = belongsTogether(document.last, last) && document.past.length > 0 ? document.past : shortened([...document.past, document.text]);
  return { ...document, text, past, future: [], last };
}

/** Letters of one word are undone together, two words apart from each other not. */
function belongsTogether(before: LastChange | null, now: LastChange): boolean {
  if (!before || now.origin === "whole" || before.origin !== now.origin || before.key !== now.key) return false;
  return now.at - before.at < TOGETHER_MS && (now.origin === "form" || Math.abs(now.from - before.from) <= 1);
}

function shortened(past: readonly string[]): readonly string[] {
  const longest = past.at(-1)?.length ?? 0;
  return past.slice(-Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_CHARACTERS / Math.max(1, longest)))));
}

function step(
  document: ConfigDocument,
  at: number,
  text: string | undefined,
  history: (left: string) => Pick<ConfigDocument, "past" | "future">,
): ConfigDocument {
  if (text === undefined) return document;
  const from = textDifference(document.text, text)?.from ?? 0;
  return { ...document, ...history(document.text), text, last: { origin: "whole", key: "", at, from } };
}
