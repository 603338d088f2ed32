import { describe, expect, it } from "vitest";
import readings from "./fixtures/readings.json";
import { valueOf } from "./evaluate";
import { parseConfig } from "./parse-config";
import type { YamlValue } from "./types";

/** Infinite numbers are written as {"$float": "inf"}: JSON has none. */
function revived(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value as YamlValue;
  const float = (value as Record<string, unknown>)["$float"];
  if (typeof float === "string") return float === "nan" ? NaN : float === "inf" ? Infinity : -Infinity;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item)]));
}

describe("a text says to the form what it says to a pipeline", () => {
  // PyYAML takes a dash alone between brackets for text, and `!!str,` for a tag with a comma; YAML 1.2 does neither.
  const told = ["a: [x, -, y]\n", "a: [x, !!str, y]\n"];
  const good = readings.filter(([text, , problems]) => (problems === false && !told.includes(text as string)) || (text as string).includes("!!PLACEHOLDER!!"));

  it.each(good.map(([text, values]) => [text as string, values] as const))("%j", (text, values) => {
    const parsed = parseConfig(text);
    expect(parsed.syntax).toEqual([]);
    expect(valueOf(parsed.root)).toEqual(revived(values));
  });
});
