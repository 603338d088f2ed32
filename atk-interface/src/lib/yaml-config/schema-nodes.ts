import type { JsonSchema, KeyPath, YamlValue } from "./types";

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schemas under `properties` of a node, in order. */
export function propertiesOf(node: JsonSchema): [string, JsonSchema][] {
  const properties = node["properties"];
  if (!isSchema(properties)) return [];
  return Object.entries(properties).filter((entry): entry is [string, JsonSchema] => isSchema(entry[1]));
}

/** Names of the parameters and run options, in order, `pipeline` first. */
export function parameterNames(schema: JsonSchema): string[] {
  const names = propertiesOf(schema).map(([name]) => name);
  return names.includes("pipeline") ? names : ["pipeline", ...names];
}

/** `node` with its reference followed; what stands beside `$ref` counts. */
export function resolved(root: JsonSchema, node: JsonSchema, depth = 0): JsonSchema {
  const reference = node["$ref"];
  if (typeof reference !== "string" || depth > 20) return node;
  const definitions = root["$defs"];
  const target = isSchema(definitions) ? definitions[reference.slice(reference.lastIndexOf("/") + 1)] : undefined;
  const beside = Object.fromEntries(Object.entries(node).filter(([keyword]) => keyword !== "$ref"));
  return isSchema(target) ? { ...resolved(root, target, depth + 1), ...beside } : beside;
}

/** `node` with references followed and unions taken apart. */
export function alternatives(root: JsonSchema, node: JsonSchema, depth = 0): JsonSchema[] {
  const here = resolved(root, node);
  const union = [here["anyOf"], here["oneOf"], here["allOf"]].find((options) => Array.isArray(options));
  if (!Array.isArray(union) || union.length === 0 || depth > 20) return [here];
  return union.filter(isSchema).flatMap((option) => alternatives(root, option, depth + 1));
}

/** Whether a node says `mark: true`, or what it refers to does, or one of the types it unites. */
export function marked(root: JsonSchema, node: JsonSchema, mark: string, depth = 0): boolean {
  const here = resolved(root, node);
  if (here[mark] === true) return true;
  const union = [here["anyOf"], here["oneOf"], here["allOf"]].find((options) => Array.isArray(options));
  return Array.isArray(union) && depth < 20 && union.filter(isSchema).some((option) => marked(root, option, mark, depth + 1));
}

/** What the schema says about the value at a path; empty when it says nothing. */
export function nodesAt(root: JsonSchema, path: KeyPath): JsonSchema[] {
  let nodes: JsonSchema[] = [root];
  for (const part of path) nodes = nodes.flatMap((node) => childrenAt(node, part)).flatMap((node) => alternatives(root, node));
  return nodes;
}

function childrenAt(node: JsonSchema, part: string | number): JsonSchema[] {
  if (typeof part === "number" && isSchema(node["items"])) return [node["items"]];
  const named = propertiesOf(node).find(([name]) => name === String(part));
  if (named) return [named[1]];
  const others = node["additionalProperties"];
  return isSchema(others) ? [others] : [];
}

/** Whether a mapping may be the value of a parameter. */
export function mayBeMapping(root: JsonSchema, name: string): boolean {
  return nodesAt(root, [name]).some((node) => node["type"] === "object" || node["type"] === undefined);
}

/** The default at a path, as the schema has it; `undefined` without one. */
export function defaultAt(root: JsonSchema, path: KeyPath): YamlValue | undefined {
  let nodes: JsonSchema[] = [root];
  let unfolded: JsonSchema[] = [root];
  for (const part of path) {
    nodes = unfolded.flatMap((node) => childrenAt(node, part));
    unfolded = nodes.flatMap((node) => alternatives(root, node));
  }
  const holder = nodes.map((node) => resolved(root, node)).find((node) => node["default"] !== undefined);
  return holder?.["default"] as YamlValue | undefined; // a schema comes as JSON
}

/** Whether the value at a path is secret. */
export function isSecretAt(root: JsonSchema, path: KeyPath): boolean {
  return nodesAt(root, path).some((node) => node["format"] === "password" || (isSchema(node["items"]) && node["items"]["format"] === "password"));
}
