import { useCallback, useEffect, useReducer, useState } from "react";
import type { StoredConfig } from "@/api/schema";
import { changeDocument, isUnsaved, openDocument, type ConfigDocument } from "./document";
import { forgetDraft, keepDraft, readDraft } from "./drafts";

export interface DocumentCommands {
  type: (text: string) => void;
  editField: (key: string, text: string) => void;
  replace: (text: string) => void;
  stored: (stored: Pick<StoredConfig, "text" | "version">) => void;
  undo: () => void;
  redo: () => void;
}

/** A config's text with its history; what is not saved survives a reload of the page. */
export function useConfigDocument(stored: StoredConfig): { document: ConfigDocument; commands: DocumentCommands; restored: boolean } {
  const [draft] = useState(() => readDraft(stored.path));
  const isOther = draft !== null && draft.text !== stored.text;
  const [document, dispatch] = useReducer(changeDocument, undefined, () => {
    const opened = openDocument(stored);
    // Saving must compare with the version that the edits began with, not with what somebody made of it meanwhile.
    return isOther ? { ...opened, text: draft.text, past: [stored.text], saved: { text: stored.text, version: draft.version } } : opened;
  });

  const unsaved = isUnsaved(document);
  const { text, saved } = document;
  useEffect(() => {
    if (unsaved) keepDraft(stored.path, { text, version: saved.version });
    else forgetDraft(stored.path);
  }, [unsaved, text, saved.version, stored.path]);

  const now = () => performance.now();
  const type = useCallback((text: string) => dispatch({ type: "typed", text, at: now() }), []);
  const editField = useCallback((key: string, text: string) => dispatch({ type: "field-edited", key, text, at: now() }), []);
  const replace = useCallback((text: string) => dispatch({ type: "replaced", text, at: now() }), []);
  const store = useCallback(({ text, version }: Pick<StoredConfig, "text" | "version">) => dispatch({ type: "stored", text, version }), []);
  const undo = useCallback(() => dispatch({ type: "undo", at: now() }), []);
  const redo = useCallback(() => dispatch({ type: "redo", at: now() }), []);
  return { document, commands: { type, editField, replace, stored: store, undo, redo }, restored: isOther };
}
