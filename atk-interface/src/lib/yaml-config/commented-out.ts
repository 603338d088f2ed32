import type { OpenConfig } from "./open-config";
import { parseConfig } from "./parse-config";
import { nodesAt, parameterNames, propertiesOf } from "./schema-nodes";
import { lineAt, lineRange, lineText } from "./text-lines";
import type { ConfigNode, MapNode, Slot } from "./tree";
import type { KeyPath, TextRange } from "./types";

/** A key that is written as a comment, with the lines that belong to it. */
export interface CommentedOut {
  readonly name: string;
  /** Of the mapping that it would be in, headings included. */
  readonly within: KeyPath;
  /** Counted from 0. */
  readonly line: number;
  readonly lastLine: number;
  /** From the indentation to the end of the last line. */
  readonly range: TextRange;
  /** The same lines, no longer comments. */
  readonly text: string;
  /** The place of `Heading: {}`, whose braces have to go first. */
  readonly emptyHolder: Slot | null;
}

interface Region {
  readonly path: KeyPath;
  readonly from: number;
  readonly to: number;
  /** Null while nothing stands in it. */
  readonly indent: number | null;
  readonly above: number;
  readonly keys: ReadonlySet<string>;
  readonly holder: Slot | null;
}

const COMMENTED_KEY = /^([ \t]*)#( ?)([A-Za-z_][\w-]*):(?:[ \t]+(.*))?$/;

/** The commented-out keys that could be used where they stand: parameters not set anywhere, and keys of mappings. */
export function commentedOut(config: OpenConfig): CommentedOut[] {
  const { lines } = config.parsed;
  if (!lines.text.includes("#")) return [];
  const regions = regionsOf(config);
  const found: CommentedOut[] = [];
  const taken = new Set<string>();
  for (let line = 0; line < lines.starts.length; line++) {
    const match = COMMENTED_KEY.exec(lineText(lines, line));
    if (!match) continue;
    const { from } = lineRange(lines, line);
    const [, indent = "", gap = "", name = ""] = match;
    const region = regionAt(regions, from, indent.length);
    const place = region && JSON.stringify([region.path, name]);
    if (!region || !place || taken.has(place) || region.keys.has(name) || !isFree(config, region.path, name)) continue;
    const lastLine = lastLineOf(config, line, `${indent}#${gap}`);
    const range = { from, to: lineRange(lines, lastLine).to };
    const text = config.parsed.text.slice(range.from, range.to).split(/(?<=\n)/).map((each) => indent + each.slice(indent.length + 1 + gap.length)).join("");
    if (parseConfig(text).syntax.length > 0) continue;
    taken.add(place);
    found.push({ name, within: region.path, line, lastLine, range, text, emptyHolder: region.indent === null ? region.holder : null });
    line = lastLine;
  }
  return found;
}

function isFree(config: OpenConfig, path: KeyPath, name: string): boolean {
  const { lifted, schema } = config;
  const isHeading = path.length === 0 || lifted.headings.some((heading) => heading.join("\n") === path.join("\n"));
  if (isHeading) return parameterNames(schema).includes(name) && !lifted.origins.has(name);
  const owner = [...lifted.origins].find(([, origin]) => origin.every((part, index) => part === path[index]));
  if (!owner) return false;
  const inner = [owner[0], ...path.slice(owner[1].length)];
  return nodesAt(schema, inner).some((node) => propertiesOf(node).some(([key]) => key === name));
}

/** Further comment lines that are indented below the key, or are items of its list. */
function lastLineOf(config: OpenConfig, line: number, prefix: string): number {
  const { lines } = config.parsed;
  const valueFollows = /:\s*(?:#.*)?$/.test(lineText(lines, line));
  let last = line;
  while (last + 1 < lines.starts.length) {
    const next = lineText(lines, last + 1);
    if (!next.startsWith(prefix)) break;
    const rest = next.slice(prefix.length);
    if (!(valueFollows && (/^\s+\S/.test(rest) || rest.startsWith("- ")))) break;
    last++;
  }
  return last;
}

/** The innermost mapping that a comment at this place and column would belong to. */
function regionAt(regions: readonly Region[], offset: number, indent: number): Region | undefined {
  const around = regions.filter((region) => region.from <= offset && offset <= region.to);
  const fitting = around.filter((region) => (region.indent === null ? indent > region.above : region.indent === indent));
  return fitting.sort((one, other) => one.to - one.from - (other.to - other.from))[0];
}

function regionsOf(config: OpenConfig): Region[] {
  const { parsed } = config;
  const starts: number[] = [];
  const regions: Omit<Region, "to">[] = [];
  const visit = (node: ConfigNode | null, path: KeyPath, holder: Slot | null, above: number): void => {
    if (node?.type === "seq" && !node.flow) {
      for (const [index, item] of node.items.entries()) {
        starts.push(item.from);
        visit(item.node, [...path, index], item, node.indent);
      }
    }
    if (node?.type === "map" && (!node.flow || node.entries.length === 0)) region(node, path, holder, above);
    else if (!node && holder?.type === "entry") regions.push({ path, from: holder.at, indent: null, above, keys: new Set(), holder });
  };
  const region = (node: MapNode, path: KeyPath, holder: Slot | null, above: number): void => {
    const keys = new Set(node.entries.map((entry) => entry.key));
    regions.push({ path, from: holder?.at ?? 0, indent: node.flow ? null : node.indent, above, keys, holder });
    for (const entry of node.entries) {
      starts.push(entry.from);
      visit(entry.node, [...path, entry.key], entry, node.indent);
    }
  };
  if (parsed.root) visit(parsed.root, [], null, -1);
  else regions.push({ path: [], from: 0, indent: 0, above: -1, keys: new Set(), holder: null });
  starts.sort((one, other) => one - other);
  const end = parsed.text.length;
  return regions.map((each) => {
    const last = lastOf(parsed.root, each.path) ?? each.from;
    const next = starts.find((start) => start > last && lineAt(parsed.lines, start) > lineAt(parsed.lines, each.from));
    return { ...each, to: each.path.length === 0 ? end : (next ?? end) };
  });
}

function lastOf(root: ConfigNode | null, path: KeyPath): number | null {
  let node: ConfigNode | null = root;
  for (const part of path) {
    if (node?.type === "map") node = node.entries.find((entry) => entry.key === part)?.node ?? null;
    else if (node?.type === "seq") node = node.items[Number(part)]?.node ?? null;
  }
  return node ? node.to - 1 : null;
}
