import { describe, expect, it } from "vitest";
import schemas from "./fixtures/schemas.json";
import templates from "./fixtures/templates.json";
import { fieldAt, formOf, groupFields, readConfig, settingAt, valueOfYaml, yamlOf } from "./index";

const schema = schemas["factual-datagen-pipeline"];
const form = formOf(schema);
const kinds = Object.fromEntries(form.fields.map((field) => [field.name, field.kind]));

describe("the fields of a schema", () => {
  it("says of every parameter which control it needs", () => {
    expect(kinds).toMatchObject({ small_model: "model", embedding_model: "model", inputs: "list", styles: "list", parts: "map", chunk_size: "integer", holdout: "number", coverage: "boolean", language: "string", prompts: "path", questions: "nested", training: "map" });
    expect(kinds).not.toHaveProperty("pipeline");
    expect(Object.values(kinds)).not.toContain("anything");
  });

  it("tells defaults, limits and what may be nothing", () => {
    expect(fieldAt(form, ["max_cost"])).toMatchObject({ kind: "number", nullable: true, default: null, defaultText: "null", limits: { minimum: 0, aboveMinimum: false, maximum: null } });
    expect(fieldAt(form, ["chunk_size"])).toMatchObject({ title: "Chunk size", required: false, nullable: false, defaultText: "500" });
  });

  it("tells paragraphs, what a path leads to, shares, and what every pipeline takes", () => {
    const other = formOf(schemas["factual-gen-indiv-pipeline"]);
    expect(fieldAt(other, ["system_context"])).toMatchObject({ kind: "text", nullable: true, runOption: false });
    expect(fieldAt(form, ["inputs", 0, "about"])).toMatchObject({ kind: "string" });
    expect(fieldAt(form, ["inputs", 0, "path"])).toMatchObject({ kind: "path", leadsTo: "any", mustExist: true });
    expect(fieldAt(form, ["prompts"])).toMatchObject({ kind: "path", leadsTo: "folder", mustExist: false });
    expect(fieldAt(form, ["holdout"])).toMatchObject({ limits: { minimum: 0, maximum: 1, aboveMinimum: false, belowMaximum: false } });
    expect(fieldAt(form, ["votes"])).toMatchObject({ limits: { minimum: 1, maximum: null } });
    expect(form.fields.filter((field) => field.runOption).map((field) => field.name)).toEqual(["output_dir", "max_cost", "max_calls", "reuse_calls"]);
  });

  it("knows models and other pipelines by their marks alone", () => {
    const settings = { type: "object", properties: { base_url: { type: "string" } } };
    const bare = formOf({ properties: { a: { anyOf: [{ type: "string" }, settings] }, b: { title: "other_pipeline", ...settings } } });
    expect(bare.fields.map((field) => field.kind)).toEqual(["anything", "map"]);
    const marked = formOf({
      properties: { a: { anyOf: [{ $ref: "#/$defs/M" }, { type: "null" }] }, b: { ...settings, "x-pipeline": "other-pipeline" }, c: { type: "array", items: { $ref: "#/$defs/M" } } },
      $defs: { M: { "x-model": true, anyOf: [{ type: "string" }, settings] } },
    });
    expect(marked.fields).toMatchObject([{ kind: "model", nullable: true, fields: [{ name: "base_url" }] }, { kind: "nested", pipeline: "other-pipeline" }, { kind: "list", item: { kind: "model" } }]);
  });

  it("goes into models, lists and other pipelines", () => {
    expect(fieldAt(form, ["small_model", "api_key"])).toMatchObject({ kind: "secret", several: true, path: ["small_model", "api_key"], title: "API key" });
    expect(fieldAt(form, ["small_model", "base_url"])).toMatchObject({ kind: "list", orSingle: true });
    expect(fieldAt(form, ["small_model", "sampling", "top_p"])).toMatchObject({ kind: "number", limits: { minimum: 0, aboveMinimum: true, maximum: 1 } });
    expect(fieldAt(form, ["small_model", "headers", "X-Title"])).toMatchObject({ kind: "string", name: "X-Title" });
    expect(fieldAt(form, ["inputs", 2, "path"])).toMatchObject({ kind: "path", required: true });
    expect(fieldAt(form, ["styles", 0])).toMatchObject({ kind: "choice", choices: ["openended", "negative", "hallucination", "vague", "followup", "comparison"] });
    expect(fieldAt(form, ["questions", "small_model"])).toMatchObject({ kind: "model", required: false });
    expect(fieldAt(form, ["questions"])).toMatchObject({ kind: "nested", pipeline: "recall-multi-source-pipeline" });
    expect(fieldAt(form, ["none"])).toBeUndefined();
  });
});

describe("groups of fields", () => {
  it("are the headings of the text; what it does not set stands where the template has it", () => {
    const template = readConfig("Size:\n  limit: null\n  # votes: 3\n", schema);
    const model = readConfig("output_dir: x\nSize:\n  chunk_size: 5\n  hm: 1\nRows: {}\n", schema);
    const groups = groupFields(form, model, template).map(({ heading, fields, unknown }) => [heading, fields.map(({ name }) => name).filter((name) => ["limit", "chunk_size", "votes", "output_dir"].includes(name)), unknown.map(({ path }) => path)]);
    expect(groups).toEqual([["", ["output_dir"], []], ["Size", ["chunk_size", "limit", "votes"], [["hm"]]]]);
  });
});

describe("reading a template", () => {
  it("finds every parameter, set or commented out, with what is said about it", () => {
    const model = readConfig(templates["factual-datagen-pipeline"], schema);
    const written = [...model.settings.map(({ path }) => String(path[0])), ...model.commentedOut.map(({ name }) => name)];
    expect(new Set(written)).toEqual(new Set(Object.keys(schema.properties)));
    expect(settingAt(model, ["chunk_size"])?.comments.above).toBe("Longest chunk, in tokens. (a whole number)");
    expect(model.commentedOut.find(({ name }) => name === "limit")?.comments.above).toMatch(/^Use only this many chunks/);
    expect(model.pipeline).toBe("factual-datagen-pipeline");
  });
});

describe("raw YAML of a value", () => {
  it.each([[1], ["no"], ["a\nb"], [[1, { a: "x\ny" }]], [{ a: { b: [] }, c: "~" }], [null], [[]]])("%j", (value) => {
    expect(valueOfYaml(yamlOf(value))).toEqual({ ok: true, value });
  });
});
