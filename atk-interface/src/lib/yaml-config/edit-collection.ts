import { commentLinesAbove } from "./comment-out";
import { withItem } from "./edit-entries";
import { edited, type Plan } from "./edited";
import { isMap, valueOf } from "./evaluate";
import { walk, writtenPath, type OpenConfig } from "./open-config";
import type { ParsedConfig } from "./parse-config";
import { removeValue } from "./remove-value";
import { defaultAt } from "./schema-nodes";
import { setValue } from "./set-value";
import { Refused, spliced } from "./splices";
import { lineAt, lineRange } from "./text-lines";
import type { MapNode, SeqNode } from "./tree";
import type { Edit, JsonSchema, KeyPath, TextRange, YamlValue } from "./types";
import { writeKey } from "./write-value";

/** Put an item into the list at `path`, in front of the one at `index`; a list that is not written begins as its default. */
export function insertItem(text: string, path: KeyPath, index: number, value: YamlValue, schema: JsonSchema): Edit {
  const list = readList(text, path, schema);
  if (list === null) return { ok: false, reason: "there is no list to add to" };
  const place = Math.max(0, Math.min(index, list.values.length));
  if (!list.own) return setValue(text, path, list.values.toSpliced(place, 0, value), schema);
  return edited(text, schema, (config): Plan => {
    const raw = writtenPath(config, path) ?? [];
    return { text: withItem(config.parsed, raw, place, value), raw, change: (old) => (Array.isArray(old) ? old.toSpliced(place, 0, value) : old) };
  });
}

/** Take an item out of the list at `path`. */
export function removeItem(text: string, path: KeyPath, index: number, schema: JsonSchema): Edit {
  const list = readList(text, path, schema);
  if (!list || !isPlace(list.values, index)) return { ok: false, reason: "there is no such item" };
  return list.own ? removeValue(text, [...path, index], schema) : setValue(text, path, list.values.toSpliced(index, 1), schema);
}

/** Give an item another place; `to` is the one that it has afterwards. The comments at it go along. */
export function moveItem(text: string, path: KeyPath, from: number, to: number, schema: JsonSchema): Edit {
  const list = readList(text, path, schema);
  if (!list || !isPlace(list.values, from) || !isPlace(list.values, to)) return { ok: false, reason: "there is no such item" };
  const moved = (values: readonly YamlValue[]): YamlValue[] => permuted(values, from, to);
  const { own } = list;
  if (!own) return setValue(text, path, moved(list.values), schema);
  const ranges = own.flow ? own.items.map((item) => ({ from: item.from, to: item.to })) : blockRanges(text, path, schema);
  if (!ranges) return setValue(text, path, moved(list.values), schema);
  return edited(text, schema, ({ parsed, ...config }): Plan => {
    const order = permuted([...ranges.keys()], from, to);
    const sources = order.map((index) => ranges[index] ?? { from: 0, to: 0 });
    const changes = ranges.map((range, index) => ({ ...range, insert: text.slice(sources[index]?.from, sources[index]?.to) }));
    return { text: spliced(text, changes), raw: writtenPath({ parsed, ...config }, path) ?? [], change: (old) => (Array.isArray(old) ? moved(old) : old) };
  });
}

/** Give the key at `path`, in a mapping, another name. */
export function renameKey(text: string, path: KeyPath, name: string, schema: JsonSchema): Edit {
  return edited(text, schema, (config): Plan => {
    const raw = writtenPath(config, path);
    const { slot, container, rest } = walk(config.parsed.root, raw ?? []);
    if (!raw || rest.length || slot?.type !== "entry" || container?.type !== "map") throw new Refused("there is no such key to rename");
    if (name.trim() === "") throw new Refused("a key needs a name");
    if (slot.key !== name && hasKey(container, name)) throw new Refused(`${name} is there already`);
    const key = slot.key === name ? [] : [{ from: slot.keyFrom, to: slot.keyTo, insert: writeKey(name, container.flow) }];
    const renamed = (old: YamlValue | undefined): YamlValue | undefined =>
      isMap(old) ? Object.fromEntries(Object.entries(old).map(([each, value]) => [each === slot.key ? name : each, value])) : old;
    return { text: spliced(text, key), raw: raw.slice(0, -1), change: renamed };
  });
}

function hasKey(map: MapNode, name: string): boolean {
  const value = valueOf(map);
  return (isMap(value) && Object.hasOwn(value, name)) || map.entries.some((entry) => entry.key === name);
}

interface List {
  readonly values: readonly YamlValue[];
  /** Null when the list is not written itself, but a default or an alias. */
  readonly own: SeqNode | null;
}

function readList(text: string, path: KeyPath, schema: JsonSchema): List | null {
  let found: List | null = null;
  const read = (config: OpenConfig): Plan => {
    const raw = writtenPath(config, path);
    const { slot, rest } = walk(config.parsed.root, raw ?? []);
    const node = slot?.node ?? null;
    if (!raw || rest.length) {
      const values = defaultAt(schema, path);
      found = { values: Array.isArray(values) ? values : [], own: null };
    } else if (node?.type === "seq") found = { values: asList(valueOf(node)) ?? [], own: node };
    else {
      const values = node ? asList(valueOf(node)) : [];
      found = values && { values, own: null };
    }
    return { text, raw: [], change: (old) => old };
  };
  const result = edited(text, schema, read);
  return result.ok ? found : { values: [], own: null };
}

/** Null and nothing count as an empty list, a single value as a list of it. */
function asList(value: YamlValue | undefined): readonly YamlValue[] | null {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  return typeof value === "object" ? null : [value];
}

function isPlace(values: readonly YamlValue[], index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < values.length;
}

function permuted<Item>(items: readonly Item[], from: number, to: number): Item[] {
  return items.toSpliced(from, 1).toSpliced(to, 0, ...items.slice(from, from + 1));
}

/** The lines of each item with the comments above; null when one begins behind something else. */
function blockRanges(text: string, path: KeyPath, schema: JsonSchema): TextRange[] | null {
  let ranges: TextRange[] | null = null;
  edited(text, schema, (config): Plan => {
    const { slot } = walk(config.parsed.root, writtenPath(config, path) ?? []);
    if (slot?.node?.type === "seq") ranges = rangesOf(config.parsed, slot.node);
    return { text, raw: [], change: (old) => old };
  });
  return ranges;
}

function rangesOf(parsed: ParsedConfig, list: SeqNode): TextRange[] | null {
  const { lines } = parsed;
  const ranges: TextRange[] = [];
  for (const item of list.items) {
    const line = lineAt(lines, item.from);
    if (lines.text.slice(lines.starts[line], item.from).trim() !== "") return null;
    const above = ranges.length === 0 ? 0 : commentLinesAbove(parsed, item.from);
    ranges.push({ from: lineRange(lines, line - above).from, to: lineRange(lines, lineAt(lines, item.to)).to });
  }
  return ranges;
}
