import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The editor in the app's own colours; they follow the theme by themselves. */
const surface = EditorView.theme({
  "&": { height: "100%", fontSize: "0.875rem", backgroundColor: "var(--panel)", color: "var(--text)" },
  // Whoever frames the editor shows the focus: its gutters would hide an outline of its own.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ember)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ember)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--soft)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklch, var(--raised) 60%, transparent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklch, var(--ember) 30%, transparent)",
  },
  ".cm-marked-line": { backgroundColor: "var(--hue-soft)", boxShadow: "inset 3px 0 var(--hue-strong)" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in oklch, var(--ember) 28%, transparent)" },
  ".cm-searchMatch-selected": { outline: "1px solid var(--ember)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)" },
  ".cm-panels.cm-panels-top, .cm-panels.cm-panels-bottom": { borderColor: "var(--line)" },
  ".cm-panel.cm-search": { padding: "0.5rem", fontFamily: "var(--font-sans)", paddingRight: "2rem" },
  ".cm-textfield": { backgroundColor: "var(--panel)", color: "var(--text)", border: "1px solid var(--edge)", borderRadius: "6px", padding: "0.2em 0.5em" },
  ".cm-button": { backgroundColor: "var(--panel)", backgroundImage: "none", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "6px" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "8px", maxWidth: "min(32rem, 90vw)" },
  ".cm-diagnostic": { fontFamily: "var(--font-sans)", padding: "0.35rem 0.6rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)", textUnderlineOffset: "3px" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--raised)", color: "var(--soft)", border: "none" },
  ".cm-deletedChunk, &.cm-merge-a .cm-changedLine, .cm-deletedLine": { backgroundColor: "color-mix(in oklch, var(--bad) 14%, transparent)" },
  "&.cm-merge-b .cm-changedLine, .cm-insertedLine": { backgroundColor: "color-mix(in oklch, var(--good) 14%, transparent)" },
  // Words that differ are underlined: a second, deeper tint would leave the colours of the letters too little contrast.
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": { background: "none", boxShadow: "inset 0 -2px var(--bad)" },
  "&.cm-merge-b .cm-changedText": { background: "none", boxShadow: "inset 0 -2px var(--good)" },
  ".cm-deletedChunk [class], .cm-deletedLine [class], .cm-changedLine [class], .cm-insertedLine [class]": { color: "var(--text)" },
  ".cm-collapsedLines": { background: "var(--raised)", color: "var(--soft)", "&::before, &::after": { content: "none" } },
});

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--hue-strong)", fontWeight: "600" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.content, tags.number, tags.bool, tags.null], color: "var(--text)" },
  { tag: [tags.keyword, tags.typeName, tags.labelName, tags.meta], color: "var(--info)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--soft)" },
]);

export const look: Extension = [surface, syntaxHighlighting(colours)];
