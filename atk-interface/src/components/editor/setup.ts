import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { look } from "@/components/editor/look";
import { markedLine } from "@/components/editor/marked-line";

/**
 * What a YAML editor is made of. It keeps no history of its own: undoing is done by whoever holds the text,
 * since other controls change the same text. Tab leaves the editor, as it leaves every other control.
 */
export const setup = (label: string): Extension => [
  lineNumbers(),
  lintGutter(),
  foldGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  drawSelection(),
  EditorState.allowMultipleSelections.of(true),
  EditorState.tabSize.of(2),
  indentUnit.of("  "),
  indentOnInput(),
  bracketMatching(),
  highlightSelectionMatches(),
  search({ top: true }),
  yaml(),
  markedLine,
  look,
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
  keymap.of([{ key: "Mod-]", run: indentMore }, { key: "Mod-[", run: indentLess }, ...searchKeymap, ...lintKeymap, ...foldKeymap, ...defaultKeymap]),
];
