import { shapeOf, valueOf } from "./evaluate";
import { lift, type Lifted } from "./lift-headings";
import { parseConfig, type ParsedConfig } from "./parse-config";
import type { Collection, ConfigNode, Slot } from "./tree";
import type { JsonSchema, KeyPath, YamlValue } from "./types";

/** A text taken apart and read with a pipeline's schema. */
export interface OpenConfig {
  readonly parsed: ParsedConfig;
  readonly schema: JsonSchema;
  readonly value: YamlValue | undefined;
  /** Headings lifted; a value that is still a placeholder is a mark. */
  readonly lifted: Lifted;
}

export function openConfig(text: string, schema: JsonSchema): OpenConfig {
  const parsed = parseConfig(text);
  return { parsed, schema, value: valueOf(parsed.root), lifted: lift(shapeOf(parsed.root), schema) };
}

/** Where a parameter's path stands in the text, headings included; null when its first key is not written. */
export function writtenPath(config: OpenConfig, path: KeyPath): KeyPath | null {
  const [first, ...rest] = path;
  const origin = first === undefined ? undefined : config.lifted.origins.get(String(first));
  return origin ? [...origin, ...rest] : null;
}

/** How far a written path leads. */
export interface Walk {
  /** The last place that is there, and what it stands in; null before the first step. */
  readonly slot: Slot | null;
  readonly container: Collection | null;
  /** What of the path is not there, or lies inside a scalar or an alias. */
  readonly rest: KeyPath;
}

export function walk(root: ConfigNode | null, path: KeyPath): Walk {
  let node = root;
  let slot: Slot | null = null;
  let container: Collection | null = null;
  for (const [index, part] of path.entries()) {
    const child = childOf(node, part);
    if (!child || !node || (node.type !== "map" && node.type !== "seq")) return { slot, container, rest: path.slice(index) };
    container = node;
    slot = child;
    node = child.node;
  }
  return { slot, container, rest: [] };
}

export function childOf(node: ConfigNode | null, part: string | number): Slot | undefined {
  if (node?.type === "map") return node.entries.find((entry) => !entry.merge && entry.key === String(part));
  if (node?.type === "seq" && /^\d+$/.test(String(part))) return node.items[Number(part)];
  return undefined;
}

/** Every node, each before those in it; what aliases stand for is not repeated. */
export function* nodesIn(node: ConfigNode | null): Generator<ConfigNode> {
  if (!node) return;
  yield node;
  if (node.type === "map") for (const entry of node.entries) yield* nodesIn(entry.node);
  if (node.type === "seq") for (const item of node.items) yield* nodesIn(item.node);
}
