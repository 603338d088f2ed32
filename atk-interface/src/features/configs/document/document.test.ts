import { describe, expect, it } from "vitest";
import { changeDocument, isUnsaved, openDocument, type ConfigDocument, type DocumentAction } from "./document";

const start = openDocument({ text: "limit: 3\n", version: "a" });
const after = (document: ConfigDocument, ...actions: DocumentAction[]) => actions.reduce(changeDocument, document);

describe("a config while it is edited", () => {
  it("is one text for the form and the editor, and one history", () => {
    const edited = after(
      start,
      { type: "field-edited", key: "limit", text: "limit: 4\n", at: 0 },
      { type: "typed", text: "limit: 4\nvotes: 3\n", at: 10 },
      { type: "field-edited", key: "votes", text: "limit: 4\nvotes: 5\n", at: 20 },
    );
    expect(edited.text).toBe("limit: 4\nvotes: 5\n");
    const undo: DocumentAction = { type: "undo", at: 30 };
    expect(after(edited, undo).text).toBe("limit: 4\nvotes: 3\n");
    expect(after(edited, undo, undo).text).toBe("limit: 4\n");
    expect(after(edited, undo, undo, undo).text).toBe("limit: 3\n");
    expect(after(edited, undo, undo, undo, undo).text).toBe("limit: 3\n");
    expect(after(edited, undo, undo, { type: "redo", at: 40 }, { type: "redo", at: 50 }).text).toBe(edited.text);
  });

  it("forgets what was undone when something else is typed", () => {
    const typed = after(start, { type: "typed", text: "limit: 5\n", at: 0 }, { type: "undo", at: 5 }, { type: "typed", text: "limit: 6\n", at: 6 });
    expect(after(typed, { type: "redo", at: 7 })).toBe(typed);
  });

  it("undoes the letters of one word together, and what was typed elsewhere or later by itself", () => {
    const word = after(start, { type: "typed", text: "limit: 3\na", at: 0 }, { type: "typed", text: "limit: 3\nab", at: 100 });
    expect(after(word, { type: "undo", at: 200 }).text).toBe("limit: 3\n");
    const elsewhere = after(word, { type: "typed", text: "Limit: 3\nab", at: 200 });
    expect(after(elsewhere, { type: "undo", at: 300 }).text).toBe("limit: 3\nab");
    const later = after(word, { type: "typed", text: "limit: 3\nabc", at: 5_000 });
    expect(after(later, { type: "undo", at: 5_100 }).text).toBe("limit: 3\nab");
  });

  it("undoes two fields one after the other, however fast they were changed", () => {
    const both = after(start, { type: "field-edited", key: "a", text: "a", at: 0 }, { type: "field-edited", key: "b", text: "b", at: 1 });
    expect(after(both, { type: "undo", at: 2 }).text).toBe("a");
  });

  it("is unsaved until the service has this very text", () => {
    const edited = after(start, { type: "typed", text: "limit: 4\n", at: 0 });
    expect(isUnsaved(edited)).toBe(true);
    const typedOn = after(edited, { type: "typed", text: "limit: 45\n", at: 1 }, { type: "stored", text: "limit: 4\n", version: "b" });
    expect(isUnsaved(typedOn)).toBe(true);
    expect(typedOn.saved.version).toBe("b");
    expect(isUnsaved(after(typedOn, { type: "typed", text: "limit: 4\n", at: 2 }))).toBe(false);
  });

  it("takes back a text that was put there as a whole", () => {
    const replaced = after(start, { type: "replaced", text: "votes: 1\n", at: 0 });
    expect(after(replaced, { type: "undo", at: 1 }).text).toBe(start.text);
  });

  it("says where the text changed, for the editor to go there", () => {
    expect(after(start, { type: "field-edited", key: "limit", text: "limit: 9\n", at: 0 }).last?.from).toBe(7);
  });
});
