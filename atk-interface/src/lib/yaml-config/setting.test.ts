import { describe, expect, it } from "vitest";
import schemas from "./fixtures/schemas.json";
import { insertItem, moveItem, readConfig, removeItem, removeValue, renameKey, setValue, settingAt, type Edit, type KeyPath, type YamlValue } from "./index";

const schema = schemas["factual-datagen-pipeline"];

function text(edit: Edit): string {
  if (!edit.ok) throw new Error(edit.reason);
  return edit.text;
}

const set = (before: string, path: KeyPath, value: YamlValue): string => text(setValue(before, path, value, schema));
const remove = (before: string, path: KeyPath): string => text(removeValue(before, path, schema));

describe("setting a value that is there", () => {
  it.each([
    ["chunk_size: 500   # tokens\nlimit: 1\n", ["chunk_size"], 600, "chunk_size: 600   # tokens\nlimit: 1\n"],
    ["Size:\n    chunk_size: 500 # c\n", ["chunk_size"], 600, "Size:\n    chunk_size: 600 # c\n"],
    ["chunk_size: 5\r\nlimit: 1 # x\r\n", ["limit"], 2, "chunk_size: 5\r\nlimit: 2 # x\r\n"],
    ["\ufefflimit: 1", ["limit"], null, "\ufefflimit: null"],
    ["limit:\nvotes: 3\n", ["limit"], 4, "limit: 4\nvotes: 3\n"],
    ["limit: # none\nvotes: 3\n", ["limit"], 4, "limit: 4 # none\nvotes: 3\n"],
    ["holdout: 1.0\n", ["holdout"], 2, "holdout: 2.0\n"],
    ["language: 'de'\n", ["language"], "it's", "language: 'it''s'\n"],
    ["language: \"de\"\n", ["language"], "fr", "language: \"fr\"\n"],
    ["language: de\n", ["language"], "no", "language: \"no\"\n"],
    ["language: de # x\nlimit: 1\n", ["language"], "a\nb", "language: |- # x\n  a\n  b\nlimit: 1\n"],
    ["language: |- # x\n  a\n  b\n\nlimit: 1\n", ["language"], "de", "language: de # x\n\nlimit: 1\n"],
    ["language: |\n  a\nlimit: 1\n", ["language"], "b\nc\n", "language: |\n  b\n  c\nlimit: 1\n"],
    ["styles: [vague, followup] # s\n", ["styles", 1], "negative", "styles: [vague, negative] # s\n"],
    ["styles: [vague, followup] # s\n", ["styles"], ["vague"], "styles: [vague] # s\n"],
    ["styles: # s\n- vague # v\n- followup\n", ["styles"], ["vague", "negative"], "styles: # s\n- vague # v\n- negative\n"],
    ["parts: {clean: true, variation: false}\n", ["parts", "clean"], false, "parts: {clean: false, variation: false}\n"],
    ["parts: {clean: true}\n", ["parts", "questions"], false, "parts: {clean: true, questions: false}\n"],
    ["parts: {}\nlimit: 1\n", ["parts", "questions"], false, "parts:\n  questions: false\nlimit: 1\n"],
    ["small_model: offline # free\n", ["small_model", "base_url"], "http://x/v1", "small_model: # free\n  name: offline\n  base_url: http://x/v1\n"],
    ["small_model:\n  name: a # n\n  timeout: 5\nlimit: 1\n", ["small_model"], "offline", "small_model: offline\nlimit: 1\n"],
    ["small_model:\n  name: a # n\n  timeout: 5\nlimit: 1\n", ["small_model", "api_key"], "${K}", "small_model:\n  name: a # n\n  timeout: 5\n  api_key: ${K}\nlimit: 1\n"],
    ["small_model: &l\n  name: a\nlarge_model: *l # same\n", ["large_model", "name"], "b", "small_model: &l\n  name: a\nlarge_model: # same\n  name: b\n"],
    ["small_model: &l a\nlarge_model: *l\n", ["small_model"], "b", "small_model: &l b\nlarge_model: *l\n"],
    ["limit: !!PLACEHOLDER!! how many: your choice # hm\n", ["limit"], 3, "limit: 3 # hm\n"],
    ["limit: \"!!PLACEHOLDER!!\"\n", ["limit"], 3, "limit: 3\n"],
    ["limit: !!ATTENTION!! 3 # dear\n", ["limit"], 4, "limit: !!ATTENTION!! 4 # dear\n"],
    ["inputs:\n  - path: a # one\n    about: x\n  - path: b\n", ["inputs", 0, "about"], "z", "inputs:\n  - path: a # one\n    about: z\n  - path: b\n"],
    ["inputs:\n  - path: a\n  # - path: z\n", ["inputs", 0, "limit"], 4, "inputs:\n  - path: a\n    limit: 4\n  # - path: z\n"],
    ["general_chat:\n  - {rows: a, share: 0.1}\n", ["general_chat", 0, "share"], 0.2, "general_chat:\n  - {rows: a, share: 0.2}\n"],
  ] as [string, KeyPath, YamlValue, string][])("%j", (before, path, value, after) => {
    expect(set(before, path, value)).toBe(after);
  });
});

describe("setting a value that is not there", () => {
  it.each([
    ["# Longest.\n# chunk_size: 500   # tokens\nvotes: 1\n", ["chunk_size"], 7, "# Longest.\nchunk_size: 7   # tokens\nvotes: 1\n"],
    ["Size:\n  # limit: null\n  chunk_size: 5\n", ["limit"], 7, "Size:\n  limit: 7\n  chunk_size: 5\n"],
    ["Size: {}\n  # limit: null\nvotes: 1\n", ["limit"], 7, "Size:\n  limit: 7\nvotes: 1\n"],
    ["Quality:\n  votes: 1\n  # questions:   # any\n  #   cite_sources: true\nRows:\n  parquet: true\n", ["questions", "cite_sources"], false, "Quality:\n  votes: 1\n  questions:   # any\n    cite_sources: false\nRows:\n  parquet: true\n"],
    ["pipeline: p\n\nModels:\n  small_model: offline\n\nSize:\n  limit: 1\n", ["chunk_size"], 7, "pipeline: p\n\nModels:\n  small_model: offline\n\nSize:\n  limit: 1\n  chunk_size: 7\n"],
    ["pipeline: p\n", ["inputs"], [{ path: "a" }], "pipeline: p\ninputs:\n  - path: a\n"],
    ["", ["limit"], 1, "limit: 1\n"],
    ["# only", ["limit"], 1, "# only\nlimit: 1\n"],
    ["pipeline: p", ["small_model", "timeout"], 5, "pipeline: p\nsmall_model:\n  name: offline\n  timeout: 5"],
    ["{pipeline: p, limit: 2}\n", ["votes"], 5, "{pipeline: p, limit: 2, votes: 5}\n"],
  ] as [string, KeyPath, YamlValue, string][])("%j", (before, path, value, after) => {
    expect(set(before, path, value)).toBe(after);
  });
});

describe("removing", () => {
  it.each([
    ["limit: 1\nvotes: 2\n", ["limit"], "votes: 2\n"],
    ["votes: 2\nlimit: 1", ["limit"], "votes: 2"],
    ["limit: 1 # rows\nvotes: 2\n", ["limit"], "# limit: null # rows\nvotes: 2\n"],
    ["Size:\n  limit: 1\nvotes: 2\n", ["limit"], "Size: {}\nvotes: 2\n"],
    ["parts: {clean: true, questions: false}\n", ["parts", "clean"], "parts: {questions: false}\n"],
    ["parts:\n  clean: true\n", ["parts", "clean"], "parts: {}\n"],
    ["styles:\n  - vague\n  - followup\n", ["styles", 0], "styles:\n  - followup\n"],
    ["small_model:\n  api_key: sk-1 # mine\n  name: a\n", ["small_model", "api_key"], "small_model:\n  # api_key: null # mine\n  name: a\n"],
    ["small_model: &l {name: a}\nlarge_model: *l\n", ["large_model", "name"], "small_model: &l {name: a}\nlarge_model: {}\n"],
    ["limit: 1\n", ["votes"], "limit: 1\n"],
  ] as [string, KeyPath, string][])("%j", (before, path, after) => {
    expect(remove(before, path)).toBe(after);
  });

  it("refuses to take away what others stand for", () => {
    expect(removeValue("small_model: &l a\nlarge_model: *l\n", ["small_model"], schema)).toEqual({ ok: false, reason: "line 2 uses a part of this value (*l): change that line first" });
  });
});

describe("lists and mappings", () => {
  const list = "styles:\n  # first\n  - vague # v\n  # about f\n  - followup\nvotes: 1\n";

  it("inserts, removes and moves items with their comments", () => {
    expect(text(insertItem(list, ["styles"], 2, "negative", schema))).toBe("styles:\n  # first\n  - vague # v\n  # about f\n  - followup\n  - negative\nvotes: 1\n");
    expect(text(insertItem(list, ["styles"], 0, "negative", schema))).toBe("styles:\n  # first\n  - negative\n  - vague # v\n  # about f\n  - followup\nvotes: 1\n");
    expect(text(moveItem(list, ["styles"], 1, 0, schema))).toBe("styles:\n  # first\n  # about f\n  - followup\n  - vague # v\nvotes: 1\n");
    expect(text(removeItem(list, ["styles"], 0, schema))).toBe("styles:\n  # first\n  # about f\n  - followup\nvotes: 1\n");
    expect(text(insertItem("styles: [a, b]\n", ["styles"], 1, "c", schema))).toBe("styles: [a, c, b]\n");
    expect(text(moveItem("styles: [a, b, c]\n", ["styles"], 0, 2, schema))).toBe("styles: [b, c, a]\n");
    expect(text(insertItem("votes: 1\n", ["styles"], 0, "x", schema))).toContain("styles:\n  - x\n  - openended\n");
  });

  it("renames keys, and refuses a name that is taken", () => {
    const before = "small_model:\n  headers: {A: 1, B: 2}\n";
    expect(text(renameKey(before, ["small_model", "headers", "A"], "C: d", schema))).toBe("small_model:\n  headers: {\"C: d\": 1, B: 2}\n");
    expect(renameKey(before, ["small_model", "headers", "A"], "B", schema)).toEqual({ ok: false, reason: "B is there already" });
  });
});

describe("what cannot be edited", () => {
  it("says which line is no YAML", () => {
    const model = readConfig("a: [1\nlimit: 2\n", schema);
    expect(model.editable).toBe(false);
    expect(model.problems[0]).toMatchObject({ kind: "syntax", line: 2 });
    const edit = setValue("a: [1\nlimit: 2\n", ["limit"], 3, schema);
    expect(edit.ok ? "" : edit.reason).toMatch(/^line 2 .*mend it in the text first$/);
  });

  it("names what follows an edit", () => {
    const edit = setValue("M:\n  small_model: &l {name: a}\n  large_model: *l\n", ["small_model", "name"], "b", schema);
    expect(edit).toMatchObject({ ok: true, follows: [["large_model"]] });
  });

  it("shows a missing value where its key stands", () => {
    const model = readConfig("# why\nlimit: !!PLACEHOLDER!! rows: yours  # hm\n", schema);
    expect(settingAt(model, ["limit"])).toMatchObject({ value: undefined, placeholder: true, line: 2, comments: { above: "why", behind: "hm" } });
    expect(model.marks).toMatchObject([{ kind: "placeholder", path: ["limit"], line: 2, words: "rows: yours" }]);
  });
});
