import { describe, expect, it } from "vitest";
import { formOf, readConfig, type JsonSchema } from "@/lib/yaml-config";
import { isPlainKey, mayHoldKey, plainKeys } from "./plain-keys";

const password = { type: "string", format: "password", writeOnly: true };
const schema: JsonSchema = {
  type: "object",
  properties: {
    about: { type: "string" },
    model: {
      anyOf: [
        { type: "string" },
        {
          type: "object",
          title: "Model",
          properties: {
            name: { type: "string" },
            api_key: { anyOf: [password, { type: "array", items: password }, { type: "null" }] },
            headers: { type: "object", additionalProperties: { type: "string" } },
          },
        },
      ],
    },
  },
};
const KEY = "sk-0123456789abcdefghij";

describe("keys in plain text", () => {
  it.each(["${OPENAI_API_KEY}", "secret://openai", "Bearer ${TOKEN}", "Bearer secret://a.b"])("%s only names a key", (value) => {
    expect(isPlainKey(value)).toBe(false);
    expect(mayHoldKey(`model:\n  api_key: ${value}\n`)).toBe(false);
  });

  it.each([KEY, "hunter2", "Bearer abc", "${OPENAI} and more"])("%s is one", (value) => {
    expect(isPlainKey(value)).toBe(true);
    expect(mayHoldKey(`model:\n  api_key: ${value}\n`)).toBe(true);
  });

  it.each([
    `about: my key is ${KEY}\n`,
    "model: {api_key: [",
    `base_url: https://me:hunter2@example.org/v1\n`,
    "  token: abc-def\n: : broken",
    "headers:\n  Authorization: Basic abc\n",
    "model: {name: x, api_key: hunter2}\n",
    "model:\n  api_key:\n    - ${A}\n    - hunter2\n",
    "model: {api_key: hunter2, sampling: [\n",
  ])("is careful with %j, which may be half typed", (text) => {
    expect(mayHoldKey(text)).toBe(text !== "model: {api_key: [");
  });

  it.each(["max_tokens: 400\n", "api_key: null\n", "api_key: !!PLACEHOLDER!!\n", "api_key:\n", "api_key: # later\n", "target_tokens: 12\n"])("finds none in %j", (text) => {
    expect(mayHoldKey(text)).toBe(false);
  });

  it("are found at their settings, also in lists, headers and under headings", () => {
    const text = `Models:\n  model:\n    name: x\n    api_key: ["\${A}", ${KEY}]\n    headers: {X-Token: abc}\nabout: plain words\n`;
    expect(plainKeys(readConfig(text, schema), formOf(schema))).toEqual([
      ["model", "api_key", 1],
      ["model", "headers", "X-Token"],
    ]);
  });
});
