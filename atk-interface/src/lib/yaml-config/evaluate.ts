import { hasPlaceholder, PLACEHOLDER_MARK, withoutAttention } from "./marks";
import { plainValue } from "./plain-scalars";
import type { ConfigNode, MapNode, ScalarNode } from "./tree";
import type { YamlMap, YamlValue } from "./types";

/** Values that take the place of those of some nodes, aliases of them included. */
export type Substitutions = ReadonlyMap<ConfigNode, (written: YamlValue | undefined) => YamlValue | undefined>;

const NONE: Substitutions = new Map();
/** As many values as the pipelines' reader takes: a few anchors can stand for millions. */
const MOST_VALUES = 100_000;

/** The value of a node as the pipelines read it; `undefined` for placeholders and what means nothing. */
export function valueOf(node: ConfigNode | null, substitutions: Substitutions = NONE): YamlValue | undefined {
  return new Evaluation(substitutions).value(node);
}

/** The same with a mark in place of every value that is not there, so that its key still is. */
export function shapeOf(node: ConfigNode | null, substitutions: Substitutions = NONE): YamlValue {
  return new Evaluation(substitutions, PLACEHOLDER_MARK).value(node) ?? null;
}

class Evaluation {
  private built = 0;
  private readonly substitutions: Substitutions;
  private readonly missing: string | undefined;

  constructor(substitutions: Substitutions, missing?: string) {
    this.substitutions = substitutions;
    this.missing = missing;
  }

  value(node: ConfigNode | null): YamlValue | undefined {
    if (!node) return null;
    if (++this.built > MOST_VALUES) return null;
    const replace = this.substitutions.get(node);
    const found = this.written(node);
    const written = found === undefined ? this.missing : found;
    return replace ? replace(written) : written;
  }

  private written(node: ConfigNode): YamlValue | undefined {
    switch (node.type) {
      case "alias":
        return node.target ? this.value(node.target) : undefined;
      case "scalar":
        return scalarValue(node);
      case "seq":
        return known(node.tag, "seq") ? node.items.map((item) => this.value(item.node) ?? null) : undefined;
      case "map":
        return known(node.tag, "map") ? this.map(node) : undefined;
    }
  }

  private map(node: MapNode): YamlMap {
    const own = new Map<string, YamlValue>();
    const seen = new Set<string>();
    const merged = new Map<string, YamlValue>();
    for (const entry of node.entries) {
      if (entry.merge) {
        for (const [key, value] of this.merged(entry.node)) if (!merged.has(key)) merged.set(key, value);
        continue;
      }
      if (hasPlaceholder(entry.key) || seen.has(entry.key)) continue;
      seen.add(entry.key);
      const value = this.value(entry.node);
      if (value !== undefined) own.set(entry.key, value);
    }
    return Object.fromEntries([...merged, ...own]);
  }

  private merged(node: ConfigNode | null): [string, YamlValue][] {
    if (!node) return [];
    if (node.type === "alias") return this.merged(node.target);
    if (node.type === "map") {
      const value = this.value(node);
      return isMap(value) ? Object.entries(value) : [];
    }
    if (node.type !== "seq") return [];
    const found = new Map<string, YamlValue>();
    for (const item of node.items) for (const [key, value] of this.merged(item.node)) if (!found.has(key)) found.set(key, value);
    return [...found];
  }
}

function scalarValue(node: ScalarNode): YamlValue | undefined {
  if (hasPlaceholder(node.text)) return undefined;
  const beside = withoutAttention(node.text);
  if (beside !== null) return node.style === "plain" ? plainValue(beside) : beside;
  if (node.tag && !known(node.tag, "str")) return PLAIN_TAGS.has(node.tag) ? plainValue(node.text) : undefined;
  return node.style === "plain" ? plainValue(node.text) : node.text;
}

const PLAIN_TAGS = new Set(["!!int", "!!float", "!!bool", "!!null"]);

function known(tag: string | null, kind: "map" | "seq" | "str"): boolean {
  return tag === null || tag === `!!${kind}` || tag === `!<tag:yaml.org,2002:${kind}>`;
}

export function isMap(value: YamlValue | undefined): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same; the order of keys does not count. */
export function sameValue(one: YamlValue | undefined, other: YamlValue | undefined): boolean {
  if (Object.is(one, other) || (one === 0 && other === 0)) return true;
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((item, index) => sameValue(item, other[index]));
  if (!isMap(one) || !isMap(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]));
}

/** `value` with `inner` at a path inside it; what is not there yet is made. */
export function withPath(value: YamlValue | undefined, path: readonly (string | number)[], inner: YamlValue): YamlValue {
  const [part, ...rest] = path;
  if (part === undefined) return inner;
  if (Array.isArray(value) && Number.isInteger(Number(part))) {
    const copy = [...value];
    copy[Number(part)] = withPath(copy[Number(part)], rest, inner);
    return Array.from(copy, (item) => item ?? null);
  }
  const known = isMap(value) ? value : {};
  const key = String(part);
  return Object.fromEntries([...Object.entries(known), [key, withPath(Object.hasOwn(known, key) ? known[key] : undefined, rest, inner)]]);
}

/** `value` without what is at a path inside it. */
export function withoutPath(value: YamlValue | undefined, path: readonly (string | number)[]): YamlValue | undefined {
  const [part, ...rest] = path;
  if (part === undefined || value === undefined) return undefined;
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, index) => index !== Number(part));
    return value.map((item, index) => (index === Number(part) ? (withoutPath(item, rest) ?? null) : item));
  }
  if (!isMap(value)) return value;
  const entries: [string, YamlValue][] = [];
  for (const [key, item] of Object.entries(value)) {
    const kept = key === String(part) ? withoutPath(item, rest) : item;
    if (kept !== undefined) entries.push([key, kept]);
  }
  return Object.fromEntries(entries);
}

/** What is at a path inside a value. */
export function valueAt(value: YamlValue | undefined, path: readonly (string | number)[]): YamlValue | undefined {
  let inner = value;
  for (const part of path) {
    if (Array.isArray(inner)) inner = inner[Number(part)];
    else if (isMap(inner) && Object.hasOwn(inner, part)) inner = inner[part];
    else return undefined;
  }
  return inner;
}
