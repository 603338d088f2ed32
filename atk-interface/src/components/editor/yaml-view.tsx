import { setDiagnostics } from "@codemirror/lint";
import { Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { markLineAt } from "@/components/editor/marked-line";
import { setup } from "@/components/editor/setup";
import { textDifference } from "@/components/editor/text-difference";
import type { LineNote, Reveal, YamlEditorProps } from "@/components/editor/types";

/** CodeMirror around a text that others hold: it says what was typed, and shows what it is given. */
export default function YamlView({ label, text, onChange, notes, markedLine = 0, reveal = null, onCursor }: YamlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView>(null);
  const told = useRef({ onChange, onCursor });
  const first = useRef(text);
  useEffect(() => {
    told.current = { onChange, onCursor };
  });

  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      doc: first.current,
      extensions: [
        setup(label),
        EditorView.updateListener.of((update) => {
          const byPerson = !update.transactions.some((each) => each.annotation(Transaction.remote));
          if (update.docChanged && byPerson) told.current.onChange(update.state.doc.toString());
          if (update.selectionSet && byPerson) told.current.onCursor?.(update.state.selection.main.head);
        }),
      ],
    });
    shown.current = view;
    return () => {
      shown.current = null;
      view.destroy();
    };
  }, [label]);

  useEffect(() => {
    const view = shown.current;
    if (!view) return;
    const difference = textDifference(view.state.doc.toString(), text);
    if (!difference) return;
    const start = difference.from;
    view.dispatch({
      changes: difference,
      annotations: Transaction.remote.of(true),
      effects: EditorView.scrollIntoView(start, { y: "center" }),
    });
  }, [text, label]);

  useEffect(() => {
    const view = shown.current;
    if (view) view.dispatch(setDiagnostics(view.state, diagnostics(view, notes)));
  }, [notes, label]);

  useEffect(() => {
    const view = shown.current;
    if (!view) return;
    const known = markedLine > 0 && markedLine <= view.state.doc.lines;
    view.dispatch({ effects: markLineAt.of(known ? view.state.doc.line(markedLine).from : null) });
  }, [markedLine, text, label]);

  useEffect(() => {
    const view = shown.current;
    if (!view || !reveal || reveal.line < 1) return;
    return whenVisible(view.dom, () => show(view, reveal));
  }, [reveal]);

  return <div ref={place} className="h-full min-h-0" />;
}

function show(view: EditorView, { line, focus }: Reveal): void {
  const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
  view.dispatch({
    ...(focus && { selection: { anchor: from } }),
    effects: EditorView.scrollIntoView(from, { y: "center" }),
    annotations: Transaction.remote.of(true),
  });
  if (!focus) return;
  view.dom.scrollIntoView({ block: "nearest" });
  view.focus();
}

/** At once, or as soon as it is shown: what is hidden can neither be scrolled nor have the focus. */
function whenVisible(element: HTMLElement, act: () => void): (() => void) | undefined {
  if (element.offsetParent !== null) {
    act();
    return undefined;
  }
  const watcher = new ResizeObserver(() => {
    if (element.offsetParent === null) return;
    watcher.disconnect();
    act();
  });
  watcher.observe(element);
  return () => watcher.disconnect();
}

function diagnostics(view: EditorView, notes: readonly LineNote[]) {
  return notes
    .filter(({ line }) => line > 0 && line <= view.state.doc.lines)
    .map(({ line, message, severity }) => {
      const { from, to, text } = view.state.doc.line(line);
      return { from: from + (text.length - text.trimStart().length), to, message, severity };
    });
}
