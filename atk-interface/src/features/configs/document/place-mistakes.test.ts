import { describe, expect, it } from "vitest";
import type { Checked, Mistake } from "@/api/schema";
import { readConfig } from "@/lib/yaml-config";
import { lineNotes, mistakesAt, mistakesWithin } from "./place-mistakes";
import { stops, todosOf } from "./todo";

const mistake = (key: string, line: number, message = "is wrong"): Mistake => ({ key, line, message, file: "config.yaml" });
const checked = (given: Partial<Checked>): Checked => ({ ok: false, mistakes: [], warnings: [], placeholders: [], attention: [], ...given });

describe("where a mistake is shown", () => {
  const mistakes = [mistake("limit", 2), mistake("inputs.0.path", 4), mistake("inputs.10.path", 9), mistake("model.sampling.top_p", 12)];

  it("is at the very field it is about, however deep", () => {
    expect(mistakesAt(mistakes, ["inputs", 0, "path"])).toEqual([mistakes[1]]);
    expect(mistakesAt(mistakes, ["model", "sampling", "top_p"])).toEqual([mistakes[3]]);
    expect(mistakesAt(mistakes, ["inputs"])).toEqual([]);
  });

  it("is counted at everything around it", () => {
    expect(mistakesWithin(mistakes, ["inputs"])).toBe(2);
    expect(mistakesWithin(mistakes, ["inputs", 1])).toBe(0);
    expect(mistakesWithin(mistakes, ["model"])).toBe(1);
    expect(mistakesWithin(mistakes, ["limit"])).toBe(0);
  });

  it("is beside its line, and one without a line beside the first, with its key", () => {
    const model = readConfig("limit: x\n", {});
    expect(lineNotes(checked({ mistakes: [mistake("limit", 1), mistake("model", 0)], warnings: [mistake("a", 1, "careful")] }), model)).toEqual([
      { line: 1, message: "is wrong", severity: "error" },
      { line: 1, message: "model: is wrong", severity: "error" },
      { line: 1, message: "careful", severity: "warning" },
    ]);
  });

  it("is not said twice where the text itself is broken", () => {
    const model = readConfig("limit: [1\n", {});
    const line = model.problems[0]?.line ?? 0;
    const notes = lineNotes(checked({ mistakes: [mistake("", line, "not valid YAML")] }), model);
    expect(notes.filter((note) => note.line === line)).toHaveLength(1);
  });
});

describe("what is to be done", () => {
  it("names placeholders first, then mistakes, attention marks and warnings, each once", () => {
    const text = "model: !!PLACEHOLDER!!\nlimit: x\n# !!ATTENTION!! dear\nvotes: 3\n";
    const attention = mistake("votes", 3, "marked !!ATTENTION!!: dear");
    const todos = todosOf(
      readConfig(text, { properties: { model: {}, limit: {}, votes: {} } }),
      checked({
        mistakes: [mistake("model", 1, "replace !!PLACEHOLDER!!"), mistake("limit", 2)],
        placeholders: [{ key: "model", line: 1 }],
        warnings: [attention, mistake("key", 4, "plain text")],
        attention: [attention],
      }),
    );
    expect(todos.map(({ kind, key }) => `${kind} ${key}`)).toEqual(["fill-in model", "mistake limit", "look votes", "warning key"]);
    expect(todos.filter(stops)).toHaveLength(2);
  });
});
