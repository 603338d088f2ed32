import { isMap, sameValue, valueOf, withPath } from "./evaluate";
import { insertEntry, withItem } from "./edit-entries";
import { edited, type Plan } from "./edited";
import { hasPlaceholder } from "./marks";
import { openConfig, walk, writtenPath, type OpenConfig } from "./open-config";
import { parseConfig, type ParsedConfig } from "./parse-config";
import { findCommentedOut, insertParameter, uncommented } from "./place-parameter";
import { removedAt } from "./remove-value";
import { marksValue, replaceValue } from "./replace-value";
import { defaultAt } from "./schema-nodes";
import { Refused } from "./splices";
import type { Collection, MapNode, Slot } from "./tree";
import type { Edit, JsonSchema, KeyPath, YamlMap, YamlValue } from "./types";

/**
 * Write one value. In place when the key is there, with the comment behind it, its anchor and its quotes; where
 * `# key: ...` stands, when it is commented out; otherwise as a new line beside its neighbours.
 *
 * A mapping or list that is there is changed key by key and item by item, so that what did not change keeps its
 * comments. A value written as `*name` becomes a value of its own; what is marked `&name` keeps the mark, and what
 * is written as `*name` follows (see `follows`).
 */
export function setValue(text: string, path: KeyPath, value: YamlValue, schema: JsonSchema): Edit {
  return edited(text, schema, (config) => planSet(config, path, value));
}

function planSet(config: OpenConfig, path: KeyPath, value: YamlValue): Plan {
  const [first, ...inner] = path;
  if (first === undefined) throw new Refused("no key was named");
  const name = String(first);
  const { schema, parsed } = config;
  const raw = writtenPath(config, path);
  if (raw) return { text: assigned(parsed.text, { raw, path, schema }, value), raw, change: (old, rest) => withPath(rest.length ? asContainer(old) : old, rest, value) };
  const whole = inner.length ? withPath(asContainer(defaultAt(schema, [name])), inner, value) : value;
  const commented = findCommentedOut(config, null, name);
  if (!commented) return { text: insertParameter(config, name, whole), name, value: whole };
  const there = { raw: [...commented.within, name], path: [name], schema };
  return { text: assigned(uncommented(config, commented), there, whole), raw: there.raw, change: (old, rest) => withPath(asContainer(old), rest, whole) };
}

/** A place that is written, with headings (`raw`) and without (`path`). */
interface Place {
  readonly raw: KeyPath;
  readonly path: KeyPath;
  readonly schema: JsonSchema;
}

function inside(place: Place, part: string | number): Place {
  return { ...place, raw: [...place.raw, part], path: [...place.path, part] };
}

/** The text with a value at a place whose first key is written. */
function assigned(text: string, place: Place, value: YamlValue): string {
  const parsed = parseConfig(text);
  const { slot, container, rest } = walk(parsed.root, place.raw);
  if (rest.length === 0) {
    if (!slot || !container) throw new Refused("there is no key to write to");
    return replacedOrMerged(parsed, { ...place, slot, container }, value);
  }
  const node = slot ? slot.node : parsed.root;
  if (node?.type === "map") return withEntry(text, { ...place, node, slot, container, rest }, value);
  if (node?.type === "seq") {
    const [index, ...deeper] = rest;
    if (Number(index) !== node.items.length) throw new Refused(`the list has ${node.items.length} items, so none at ${String(index)}`);
    return withItem(parsed, place.raw.slice(0, -rest.length), node.items.length, withPath(undefined, deeper, value));
  }
  if (!slot || !container) throw new Refused("the text is not made of `key: value` lines; change it in the text");
  return replaceValue(parsed, slot, container, withPath(asContainer(valueOf(node)), rest, value));
}

interface Gap extends Place {
  readonly node: MapNode;
  readonly slot: Slot | null;
  readonly container: Collection | null;
  /** What of the path is not written. */
  readonly rest: KeyPath;
}

/** A key that its mapping does not have yet, or only through `<<`. */
function withEntry(text: string, gap: Gap, value: YamlValue): string {
  const { node, slot, container, rest, schema } = gap;
  const parsed = parseConfig(text);
  const [part = "", ...deeper] = rest;
  const key = String(part);
  const known = valueOf(node);
  const merged = isMap(known) && Object.hasOwn(known, key) ? known[key] : undefined;
  const whole = deeper.length ? withPath(asContainer(merged), deeper, value) : value;
  const config = openConfig(text, schema);
  const commented = findCommentedOut(config, gap.raw.slice(0, -rest.length), key);
  if (commented) {
    const cut = (path: KeyPath): KeyPath => path.slice(0, path.length - deeper.length);
    return assigned(uncommented(config, commented), { raw: cut(gap.raw), path: cut(gap.path), schema }, whole);
  }
  if (node.flow && node.entries.length === 0 && slot && container) return replaceValue(parsed, slot, container, { [key]: whole });
  return insertEntry(parsed, node, key, whole);
}

/** `value` as something with keys: a model's shorthand becomes `{name: shorthand}`, nothing becomes `{}`. */
function asContainer(value: YamlValue | undefined): YamlValue {
  if (typeof value === "string" && value !== "" && !hasPlaceholder(value)) return { name: value };
  return typeof value === "object" && value !== null ? value : {};
}

interface Target extends Place {
  readonly slot: Slot;
  readonly container: Collection;
}

function replacedOrMerged(parsed: ParsedConfig, target: Target, value: YamlValue): string {
  const { slot, container } = target;
  const { node } = slot;
  const written = valueOf(node);
  if (sameValue(written, value) && !marksValue(parsed, slot)) return parsed.text;
  if (node?.type === "map" && isMap(value) && isMap(written) && Object.keys(value).length && node.entries.length) {
    const byKey = mapMerged(parsed.text, { ...target, node }, written, value);
    if (byKey !== null) return byKey;
  }
  if (node?.type === "seq" && Array.isArray(value) && Array.isArray(written) && value.length && written.length) return listMerged(parsed.text, target, written, value);
  return replaceValue(parsed, slot, container, value);
}

/** Only the keys that differ; null when a key that `<<` brings in has to go. */
function mapMerged(text: string, target: Target & { node: MapNode }, written: YamlMap, value: YamlMap): string | null {
  const own = target.node.entries.filter((entry) => !entry.merge).map((entry) => entry.key);
  const gone = Object.keys(written).filter((key) => !Object.hasOwn(value, key));
  if (gone.some((key) => !own.includes(key)) || new Set(own).size < own.length) return null;
  let result = text;
  for (const [key, inner] of Object.entries(value)) {
    if (!Object.hasOwn(written, key) || !sameValue(written[key], inner)) result = assigned(result, inside(target, key), inner);
  }
  for (const key of own) if (!Object.hasOwn(value, key)) result = removedAt(result, [...target.raw, key]);
  return result;
}

/** Only the items that differ: what is the same at both ends stays. */
function listMerged(text: string, target: Target, written: readonly YamlValue[], value: readonly YamlValue[]): string {
  const shorter = Math.min(written.length, value.length);
  let start = 0;
  while (start < shorter && sameValue(written[start], value[start])) start++;
  let end = 0;
  while (end < shorter - start && sameValue(written.at(-1 - end), value.at(-1 - end))) end++;
  const both = shorter - end;
  let result = text;
  for (let index = start; index < both; index++) result = assigned(result, inside(target, index), value[index] ?? null);
  for (let index = written.length - end - 1; index >= both; index--) result = removedAt(result, [...target.raw, index]);
  for (let index = both; index < value.length - end; index++) result = withItem(parseConfig(result), target.raw, index, value[index] ?? null);
  return result;
}
