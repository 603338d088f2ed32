import { valueOf } from "./evaluate";
import { parseConfig } from "./parse-config";
import type { YamlValue } from "./types";
import { blockLines, inlineValue, writeValue } from "./write-value";

/** A value as YAML for a field that is edited raw; ends without a line break. */
export function yamlOf(value: YamlValue): string {
  const { head, body } = writeValue(value, { flow: false, indent: -2 });
  if (head !== "" && body.length) return [head, ...body.map((line) => `  ${line}`)].join("\n");
  if (head !== "" || value === null || typeof value !== "object") return head;
  return blockLines(Array.isArray(value) ? value : value, 0).join("\n");
}

/** A value as YAML in one line: for defaults. */
export function yamlLineOf(value: YamlValue): string {
  return inlineValue(value);
}

/** The value that raw YAML stands for, or why it stands for none. */
export function valueOfYaml(text: string): { ok: true; value: YamlValue } | { ok: false; reason: string } {
  const { root, syntax } = parseConfig(text);
  const [problem] = syntax;
  if (problem) return { ok: false, reason: `line ${problem.line}: ${problem.message}` };
  const value = valueOf(root);
  return value === undefined ? { ok: false, reason: "a placeholder stands there" } : { ok: true, value };
}
