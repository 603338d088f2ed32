import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { Lexer } from "yaml";
import { describe, expect, it } from "vitest";
import schemas from "./fixtures/schemas.json";
import templates from "./fixtures/templates.json";
import { sameValue, valueAt } from "./evaluate";
import { insertItem, moveItem, readConfig, removeItem, removeValue, renameKey, setValue, settingAt, type ConfigModel, type Edit, type KeyPath, type Setting, type YamlValue } from "./index";

const schema = schemas["factual-datagen-pipeline"];
const project = resolve(process.cwd(), "..");
const shipped = ["configs", "generation/core_pipelines", "generation/core_composition", "generation/example_pipeline"].flatMap((folder) =>
  readdirSync(resolve(project, folder), { recursive: true, encoding: "utf-8" })
    .filter((name) => (folder === "configs" ? name.endsWith(".yaml") : /(?:^|\/)config\.yaml$/.test(name)))
    .map((name) => readFileSync(resolve(project, folder, name), "utf-8")),
);

/** Comments in the order of the text. */
function comments(text: string): string[] {
  return [...new Lexer().lex(text)].filter((token) => token.startsWith("#"));
}

function isWithin(path: KeyPath, inner: KeyPath): boolean {
  return path.every((part, index) => String(part) === String(inner[index]));
}

/** Every setting outside of `path`, and of what follows it, is as before. */
function expectRestKept(before: ConfigModel, after: ConfigModel, path: KeyPath, follows: readonly KeyPath[]): void {
  const touched = (each: KeyPath): boolean => [path, ...follows].some((place) => isWithin(place, each) || isWithin(each, place));
  const rest = (model: ConfigModel) => model.settings.filter((setting) => !touched(setting.path)).map(({ path: at, value, alias, anchor, headings }) => JSON.stringify([at, value, alias, anchor, headings]));
  expect(rest(after).sort()).toEqual(rest(before).sort());
}

function applied(text: string, edit: Extract<Edit, { ok: true }>): string {
  return edit.changes.reduceRight((result, { from, to, insert }) => result.slice(0, from) + insert + result.slice(to), text);
}

/** The part of a path that is a value of its own: inside an alias, a shorthand or what is not written, the whole of that is. */
function writtenPart(model: ConfigModel, path: KeyPath): KeyPath {
  const length = path.findIndex((_, index) => {
    const setting = settingAt(model, path.slice(0, index + 1));
    return setting?.value === undefined || isScalar(setting.value) || setting.alias !== null || setting.merged;
  });
  return length < 0 ? path : path.slice(0, length + 1);
}

/** What must hold for any value set anywhere. */
function expectSet(text: string, path: KeyPath, value: YamlValue): Edit {
  const before = readConfig(text, schema);
  const edit = setValue(text, path, value, schema);
  if (!edit.ok) return edit;
  const after = readConfig(edit.text, schema);
  expect(after.editable).toBe(true);
  expect(applied(text, edit)).toBe(edit.text);
  expect(sameValue(valueAt(path[0] === "pipeline" ? { pipeline: after.pipeline } : after.values, path), value)).toBe(true);
  expectRestKept(before, after, writtenPart(before, path), edit.follows);
  const setting = settingAt(before, path);
  if (setting && !setting.merged && isScalar(setting.value) && isScalar(value) && !setting.placeholder) {
    for (const { from, to } of edit.changes) expect(from >= setting.valueRange.from - 1 && to <= Math.max(setting.valueRange.to, endOfLine(text, setting.valueRange.to))).toBe(true);
    expect(comments(edit.text)).toEqual(comments(text));
  }
  return edit;
}

const endOfLine = (text: string, at: number): number => text.slice(at).split("\n", 1).join("").length + at;
const isScalar = (value: YamlValue | undefined): boolean => value !== undefined && (value === null || typeof value !== "object");

const tricky = fc.constantFrom("no", "yes", "on", "1e3", "012", "0o7", "12:30", "2024-01-01", "null", "~", "", " x", "x ", "a: b", "a #b", "#a", "- a", "-a", "*a", "&a", "!a", "%a", "@a", "`a", "[a", "{a", "a,b", "a]", "a}", "?", ":", "'", "\"", "it's", "\\", "a\nb", "a\n\n b\n", "\n", "a\n\n\n", "\ta", "a\tb", "é", "日本", "🙂", "\u2028", "\u0085", "\ud800", "\ufeff", "\u0007", "---", "...", "<<", "=", "true", "1_000", ".inf", "a:", "${KEY}", "http://a/b#c", "|", ">", "a ? b", "x".repeat(200), " \n a", "a\r\nb", "a: |\n  b");
const scalar: fc.Arbitrary<YamlValue> = fc.oneof(tricky, fc.string({ unit: "binary", maxLength: 12 }), fc.string({ maxLength: 30 }), fc.integer(), fc.double({ noDefaultInfinity: false }), fc.boolean(), fc.constant(null));
const value: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue }>((tie) => ({
  value: fc.oneof({ depthSize: "small", maxDepth: 3 }, scalar, fc.array(tie("value"), { maxLength: 4 }), fc.dictionary(fc.oneof(tricky.filter((key) => key.trim() === key && key !== "<<"), fc.string({ maxLength: 8 }).filter((key) => key.trim() === key)), tie("value"), { maxKeys: 4 })),
})).value;

const names = ["limit", "chunk_size", "styles", "parts", "small_model", "language", "inputs", "holdout", "training", "general_chat"];
const noise = fc.constantFrom("", "", "", "\n", "# note\n", "\n# é: [\n", "    # deep\n", "# limit\n");
const tail = fc.constantFrom("", "", " # c", "   # \"q\" 'x", "  # é");
const flowText = fc.constantFrom("1", "500", "x", "'q'", "\"d\"", "null", "~", "", "1.0", "[]", "{}", "[a, b]", "[a, [b, {c: 1}], 'd']", "{a: 1, b: [x]}", "{a: 1,}", "|\n{pad}  one\n{pad}   two", ">-\n{pad}  one\n{pad}  two", "a long\n{pad}  plain", "\"x\n{pad}  y\"", "&{n} 1", "&{n} [a]", "*last", "!!PLACEHOLDER!!", "!!PLACEHOLDER!! words: here", "!!ATTENTION!! 5", "\n{pad}  a: 1 # i\n\n{pad}  # inner\n{pad}  b: x", "\n{pad}  - a\n{pad}  # between\n{pad}  - b # i", "\n{pad}- a\n{pad}-  b: 1\n{pad}   c: 2", " &{n}\n{pad}    name: x\n{pad}    timeout: 5", "\n{pad}  <<: *last\n{pad}  name: y", "\n{pad}  - - 1\n{pad}    - 2\n{pad}  -\n{pad}  - x: 1");

/** A config in somebody's hand: comments, blank lines, headings, anchors, any indentation and line ending. */
const document = fc
  .record({
    lines: fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), text: flowText, before: noise, tail, gap: fc.constantFrom(" ", "   ") }), { minLength: 1, maxLength: 7, selector: (line) => line.name }),
    headings: fc.array(fc.nat(7), { maxLength: 2 }),
    indent: fc.constantFrom(1, 2, 4),
    newline: fc.constantFrom("\n", "\r\n"),
    bom: fc.boolean(),
    end: fc.boolean(),
  })
  .map(({ lines, headings, indent, newline, bom, end }) => {
    let text = "# top\npipeline: factual-datagen-pipeline\n";
    let pad = "";
    let last = "";
    lines.forEach((line, index) => {
      if (headings.includes(index)) {
        text += `Section ${String(index)}:  # heading\n`;
        pad = " ".repeat(indent);
      }
      const name = `n${String(index)}`;
      const usable = line.text.includes("*last") && last === "" ? "7" : line.text;
      const written = usable.replaceAll("{pad}", pad).replaceAll("{n}", name).replaceAll("*last", `*${last}`);
      const multiline = written.includes("\n");
      text += `${line.before}${pad}${line.name}:${written.startsWith("\n") ? "" : line.gap}${written}${multiline || written.includes("!!P") ? "" : line.tail}\n`;
      if (usable.includes("&{n}") && (usable.includes("name:") || last === "")) last = name;
    });
    const whole = (bom ? "\ufeff" : "") + (end ? text : text.trimEnd());
    return whole.replaceAll("\n", newline);
  });

const paths: fc.Arbitrary<KeyPath> = fc.oneof(
  fc.constantFrom(...names).map((name) => [name]),
  fc.tuple(fc.constantFrom(...names), fc.constantFrom("name", "a", "b", "timeout", 0, 1, 2)),
);

describe("whatever is edited, the rest stays", () => {
  it("in documents of every kind", () => {
    let refused = 0;
    let made = 0;
    fc.assert(
      fc.property(document, paths, value, (text, path, wanted) => {
        if (expectSet(text, path, wanted).ok) made++;
        else refused++;
      }),
      { numRuns: 1000 },
    );
    expect(refused / (made + refused)).toBeLessThan(0.25);
  }, 60_000);

  it("when keys and items are taken out, put in, moved and renamed", () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.nat(4), fc.nat(4), value, (text, pick, from, to, item) => {
        const before = readConfig(text, schema);
        const setting = before.settings[pick % Math.max(1, before.settings.length)];
        if (!setting) return;
        const owner = setting.path.slice(0, -1);
        const edits: [KeyPath, Edit][] = [
          [typeof setting.path.at(-1) === "number" ? owner : setting.path, removeValue(text, setting.path, schema)],
          [setting.path, insertItem(text, setting.path, from, item, schema)],
          [setting.path, removeItem(text, setting.path, from, schema)],
          [setting.path, moveItem(text, setting.path, from, to, schema)],
          [owner, renameKey(text, setting.path, "other name", schema)],
        ];
        for (const [path, edit] of edits) {
          if (!edit.ok) continue;
          const after = readConfig(edit.text, schema);
          expect(after.editable).toBe(true);
          expect(applied(text, edit)).toBe(edit.text);
          if (path.length) expectRestKept(before, after, path, edit.follows);
        }
      }),
      { numRuns: 250 },
    );
  }, 60_000);

  it("for any text at all, without throwing", () => {
    const pieces = fc.array(fc.constantFrom("limit:", " ", "\n", "- ", "[", "]", "{", "}", "&a", "*a", "#", "!!", "|", ">", "'", "\"", "\t", "? ", "<<: ", "x", "\r", "---\n", "%YAML", "\u2028", "!!PLACEHOLDER!!", "!!ATTENTION!!", "styles:", "  "), { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(pieces, fc.string({ unit: "binary" })), paths, scalar, (text, path, wanted) => {
        readConfig(text, schema);
        const edit = setValue(text, path, wanted, schema);
        if (edit.ok) expect(readConfig(edit.text, schema).editable).toBe(true);
        removeValue(text, path, schema);
        insertItem(text, path, 0, wanted, schema);
        moveItem(text, path, 0, 1, schema);
        renameKey(text, path, "x", schema);
      }),
      { numRuns: 2000 },
    );
    for (const deep of ["[".repeat(5000), "a: ".repeat(2000), "- ".repeat(3000), "{a: ".repeat(3000)]) expect(readConfig(deep, schema).editable).toBe(false);
  }, 60_000);
});

const others = (setting: Setting): YamlValue[] => {
  if (typeof setting.value === "number") return [setting.value + 1];
  if (typeof setting.value === "boolean") return [!setting.value];
  return ["other words"];
};

describe.each([...shipped, ...Object.values(templates)].map((text) => [text.split("\n").find((line) => line.startsWith("pipeline:")) ?? "", text]))("%s", (_, text) => {
  const model = readConfig(text, schema);

  it("takes every value in place, and back", () => {
    expect(model.problems).toEqual([]);
    for (const setting of model.settings.filter(({ value: now, alias }) => isScalar(now) && !alias)) {
      for (const other of others(setting)) {
        const there = expectSet(text, setting.path, other);
        expect(there).toMatchObject({ ok: true });
        const back = there.ok ? setValue(there.text, setting.path, setting.value ?? null, schema) : there;
        expect(back).toMatchObject({ ok: true, text });
      }
    }
  });

  it("takes every commented-out key where it stands", () => {
    for (const { path, line } of model.commentedOut) {
      const edit = expectSet(text, path, "words");
      expect(edit.ok && settingAt(readConfig(edit.text, schema), path)?.line).toBe(line);
    }
  });

  it("lets every key go", () => {
    for (const setting of model.settings) {
      const edit = removeValue(text, setting.path, schema);
      if (!edit.ok) expect(edit.reason).toMatch(/^line \d+ uses/);
      else if (typeof setting.path.at(-1) === "string") expect(settingAt(readConfig(edit.text, schema), setting.path)).toBeUndefined();
    }
  });
});
