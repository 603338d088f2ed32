import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

/** Says where the line begins that is to be marked; null marks none. */
export const markLineAt = StateEffect.define<number | null>();

const marked = Decoration.line({ class: "cm-marked-line" });

/** The line of the setting that is being edited in the form. */
export const markedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    let next = lines.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(markLineAt)) next = effect.value === null ? Decoration.none : Decoration.set([marked.range(effect.value)]);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
