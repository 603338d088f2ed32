import { mayHoldKey } from "./plain-keys";

/** Unsaved edits of this tab, so that a reload loses nothing. A text with a key in it is never kept: this is no safe place. */
export interface Draft {
  text: string;
  /** Of the stored config that the edits began with. */
  version: string;
}

const place = (path: string): string => `atk.draft:${path}`;

export function readDraft(path: string): Draft | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(place(path)) ?? "null");
    return isDraft(found) ? found : null;
  } catch {
    return null; // storage is forbidden, or holds something else
  }
}

export function keepDraft(path: string, draft: Draft): void {
  try {
    if (mayHoldKey(draft.text)) sessionStorage.removeItem(place(path));
    else sessionStorage.setItem(place(path), JSON.stringify(draft));
  } catch {
    // Forbidden or full: leaving the page asks all the same.
  }
}

export function forgetDraft(path: string): void {
  try {
    sessionStorage.removeItem(place(path));
  } catch {
    // Forbidden: there is none.
  }
}

const isDraft = (found: unknown): found is Draft =>
  typeof found === "object" && found !== null && "text" in found && typeof found.text === "string" && "version" in found && typeof found.version === "string";
