import { sameValue, shapeOf, valueOf, type Substitutions } from "./evaluate";
import { PLACEHOLDER, PLACEHOLDER_MARK } from "./marks";
import { openConfig, walk, type OpenConfig } from "./open-config";
import { changeBetween, Refused } from "./splices";
import type { ConfigNode } from "./tree";
import type { Edit, JsonSchema, KeyPath, YamlMap, YamlValue } from "./types";

type Change = (old: YamlValue | undefined, rest: KeyPath) => YamlValue | undefined;

/** A new text, and what it should say: a change of what stands at a written path, or one parameter more. */
export type Plan = { readonly text: string } & ({ readonly raw: KeyPath; readonly change: Change } | { readonly name: string; readonly value: YamlValue });

/**
 * Make an edit and prove it: the new text is read again, and must say what the old one said but for this edit.
 * Whatever a plan overlooks is so refused instead of written.
 */
export function edited(text: string, schema: JsonSchema, plan: (config: OpenConfig) => Plan): Edit {
  try {
    const config = openConfig(text, schema);
    const [problem] = config.parsed.syntax;
    if (problem) return { ok: false, reason: `line ${problem.line} is ${problem.message.startsWith("not valid") ? "" : "wrong: "}${problem.message}; mend it in the text first` };
    const made = plan(config);
    if (made.text === text) return { ok: true, text, changes: [], follows: [] };
    return proven(config, made);
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message };
    if (error instanceof RangeError) return { ok: false, reason: "nested too deeply; change it in the text" };
    throw error;
  }
}

function proven(config: OpenConfig, made: Plan): Edit {
  const after = openConfig(made.text, config.schema);
  const substitutions = "raw" in made ? substitutionsOf(config.parsed.root, made.raw, made.change) : new Map<ConfigNode, never>();
  const right = "raw" in made ? holdsRaw(config, after, substitutions, made) : holdsParameter(config, after, made.name, made.value);
  if (!right || after.parsed.syntax.length > 0) return { ok: false, reason: "the form cannot write this here without changing something else; change it in the text" };
  return { ok: true, text: made.text, changes: changeBetween(config.parsed.text, made.text), follows: followers(config, substitutions) };
}

function holdsRaw(before: OpenConfig, after: OpenConfig, substitutions: Substitutions, made: { raw: KeyPath; change: Change }): boolean {
  const { root } = before.parsed;
  const wanted = root ? shapeOf(root, substitutions) : made.change({}, made.raw);
  return sameValue(marked(wanted) ?? {}, marked(shapeOf(after.parsed.root)) ?? {});
}

function holdsParameter(before: OpenConfig, after: OpenConfig, name: string, value: YamlValue): boolean {
  const wanted = new Map(before.lifted.values).set(name, value);
  return sameValue(marked(asMap(wanted)), marked(asMap(after.lifted.values)));
}

function asMap(values: ReadonlyMap<string, YamlValue>): YamlMap {
  return Object.fromEntries(values);
}

/** Every text with a placeholder in it counts as one. */
function marked(value: YamlValue | undefined): YamlValue | undefined {
  if (typeof value === "string") return value.includes(PLACEHOLDER) || value.includes(PLACEHOLDER_MARK) ? PLACEHOLDER_MARK : value;
  if (Array.isArray(value)) return value.map((item) => marked(item) ?? null);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item) ?? null]));
}

/** The change as one of the last node on the way that is there; what is written as its alias so changes too. */
function substitutionsOf(root: ConfigNode | null, raw: KeyPath, change: Change): Substitutions {
  const { slot, container, rest } = walk(root, raw);
  const node = slot ? slot.node : root;
  if (node) return new Map([[node, (old) => change(old, rest)]]);
  if (!container) return new Map();
  const last = raw[raw.length - rest.length - 1] ?? "";
  return new Map([[container, (old) => change(old, [last, ...rest])]]);
}

/** Paths of the values written as `*name` or `<<: *name` that are other ones now. */
function followers(config: OpenConfig, substitutions: Substitutions): KeyPath[] {
  if (substitutions.size === 0) return [];
  const found: KeyPath[] = [];
  const visit = (node: ConfigNode | null, path: KeyPath): void => {
    if (node?.type === "alias" && !substitutions.has(node) && !sameValue(valueOf(node), valueOf(node, substitutions))) found.push(path);
    if (node?.type === "map") for (const entry of node.entries) visit(entry.node, entry.merge ? path : [...path, entry.key]);
    if (node?.type === "seq") for (const [index, item] of node.items.entries()) visit(item.node, [...path, index]);
  };
  visit(config.parsed.root, []);
  return found.map((path) => parameterPath(config, path));
}

/** A written path without its headings. */
export function parameterPath(config: OpenConfig, raw: KeyPath): KeyPath {
  for (const heading of config.lifted.headings.toReversed()) {
    if (heading.length < raw.length && heading.every((part, index) => part === raw[index])) return raw.slice(heading.length);
  }
  return raw;
}
