import { commentBehind, commentLinesAbove } from "./comment-out";
import { commentedOut, type CommentedOut } from "./commented-out";
import { parameterPath } from "./edited";
import { isMap, valueOf } from "./evaluate";
import { hasPlaceholder } from "./marks";
import { openConfig, walk, type OpenConfig } from "./open-config";
import { parameterNames } from "./schema-nodes";
import { lineAt, lineRange, lineText } from "./text-lines";
import type { ConfigNode, Entry, Slot } from "./tree";
import type { CommentedSetting, ConfigModel, Heading, JsonSchema, KeyComments, KeyPath, Mark, Setting, TextProblem, YamlValue } from "./types";

/** Everything that a form shows of a text: values, places, headings, comments, marks and problems. Any text will do. */
export function readConfig(text: string, schema: JsonSchema): ConfigModel {
  const config = openConfig(text, schema);
  const commented = config.parsed.syntax.length === 0 ? commentedOut(config) : [];
  const skipped = new Set(commented.flatMap((found) => Array.from({ length: found.lastLine - found.line + 1 }, (_, index) => found.line + index)));
  const reader = new SettingReader(config, skipped);
  const settings = reader.settings();
  const written = settings.filter((setting) => setting.path.length === 1 && setting.value !== undefined);
  const pipeline = written.find((setting) => setting.path[0] === "pipeline")?.value;
  const values = written.filter((setting) => setting.path[0] !== "pipeline").map((setting) => [String(setting.path[0]), setting.value as YamlValue]);
  return {
    text,
    values: Object.fromEntries(values) as Record<string, YamlValue>,
    pipeline: typeof pipeline === "string" ? pipeline : null,
    settings,
    commentedOut: commented.map((found) => commentedSetting(config, found)),
    headings: config.lifted.headings.map((path) => reader.heading(path)),
    marks: marksOf(config, settings),
    problems: [...config.parsed.syntax, ...twiceWritten(config)],
    editable: config.parsed.syntax.length === 0,
  };
}

/** The key or list item that is written at a path; undefined when none is. */
export function settingAt(model: ConfigModel, path: KeyPath): Setting | undefined {
  return model.settings.find((setting) => setting.path.length === path.length && setting.path.every((part, index) => String(part) === String(path[index])));
}

class SettingReader {
  private readonly found: Setting[] = [];
  private readonly config: OpenConfig;
  private readonly skipped: ReadonlySet<number>;
  private readonly known: ReadonlySet<string>;

  constructor(config: OpenConfig, skipped: ReadonlySet<number>) {
    this.config = config;
    this.skipped = skipped;
    this.known = new Set(parameterNames(config.schema));
  }

  settings(): Setting[] {
    for (const [name, origin] of this.config.lifted.origins) {
      const headings = origin.slice(0, -1);
      const { slot, rest } = walk(this.config.parsed.root, origin);
      if (slot && rest.length === 0) this.add(slot, [name], headings);
      else if (slot) this.addMerged(slot, [name], headings, this.config.lifted.values.get(name) ?? null);
    }
    return this.found.sort((one, other) => one.keyRange.from - other.keyRange.from);
  }

  heading(path: readonly string[]): Heading {
    const { slot } = walk(this.config.parsed.root, path);
    const line = slot ? lineAt(this.config.parsed.lines, slot.from) + 1 : 1;
    return { name: path.at(-1) ?? "", within: path.slice(0, -1), line, comments: this.comments(slot) };
  }

  private add(slot: Slot, path: KeyPath, headings: readonly string[]): void {
    const { lines } = this.config.parsed;
    const { node } = slot;
    const valueRange = node ? { from: node.from, to: node.to } : { from: slot.at, to: slot.at };
    const keyRange = slot.type === "entry" ? { from: slot.keyFrom, to: slot.keyTo } : valueRange;
    const value = valueOf(node);
    this.found.push({
      path,
      headings,
      value,
      line: lineAt(lines, slot.from) + 1,
      keyRange,
      valueRange,
      comments: this.comments(slot),
      placeholder: value === undefined ? node?.type !== "scalar" || hasPlaceholder(node.text) : this.isMarkedAside(slot),
      alias: node?.type === "alias" ? node.name : null,
      anchor: node?.anchor ?? null,
      merged: false,
      known: path.length > 1 || this.known.has(String(path[0])),
    });
    this.addInner(node, path, headings);
  }

  private addInner(node: ConfigNode | null, path: KeyPath, headings: readonly string[]): void {
    if (node?.type === "seq") for (const [index, item] of node.items.entries()) this.add(item, [...path, index], headings);
    if (node?.type !== "map") return;
    const seen = new Set<string>();
    for (const entry of node.entries) {
      if (entry.merge || seen.has(entry.key) || hasPlaceholder(entry.key)) continue;
      seen.add(entry.key);
      this.add(entry, [...path, entry.key], headings);
    }
    const merge = node.entries.find((entry) => entry.merge);
    const whole = merge && valueOf(node);
    if (!isMap(whole)) return;
    for (const [key, value] of Object.entries(whole)) if (!seen.has(key) && merge) this.addMerged(merge, [...path, key], headings, value);
  }

  private addMerged(slot: Slot, path: KeyPath, headings: readonly string[], value: YamlValue): void {
    const range = { from: slot.from, to: slot.to };
    const line = lineAt(this.config.parsed.lines, slot.from) + 1;
    const known = path.length > 1 || this.known.has(String(path[0]));
    this.found.push({ path, headings, value, line, keyRange: range, valueRange: range, comments: { above: "", behind: "" }, placeholder: false, alias: null, anchor: null, merged: true, known });
  }

  private isMarkedAside(slot: Slot): boolean {
    const line = lineAt(this.config.parsed.lines, slot.at);
    return this.config.parsed.marks.some((mark) => mark.kind === "placeholder" && mark.aside && mark.line === line);
  }

  private comments(slot: Slot | null): KeyComments {
    const { parsed } = this.config;
    if (!slot) return { above: "", behind: "" };
    const line = lineAt(parsed.lines, slot.from);
    const count = commentLinesAbove(parsed, slot.from);
    const above: string[] = [];
    for (let each = line - 1; each >= line - count && !this.skipped.has(each); each--) above.unshift(plainComment(lineText(parsed.lines, each)));
    return { above: above.join("\n"), behind: plainComment(commentBehind(parsed, slot)) };
  }
}

function plainComment(comment: string): string {
  return comment.replace(/^[\ufeff\s]*#+ ?/, "").trimEnd();
}

function commentedSetting(config: OpenConfig, found: CommentedOut): CommentedSetting {
  const { lines } = config.parsed;
  const { from } = lineRange(lines, found.line);
  const above: string[] = [];
  const count = commentLinesAbove(config.parsed, from);
  for (let each = found.line - count; each < found.line; each++) above.push(plainComment(lineText(lines, each)));
  const behind = /:(?:[^#]*\s)?(#.*)$/.exec(lineText(lines, found.line).replace(/^\s*#/, ""))?.[1] ?? "";
  const isNested = found.within.length > 0 && !config.lifted.headings.some((heading) => heading.join("\n") === found.within.join("\n"));
  const path = isNested ? [...parameterPath(config, found.within), found.name] : [found.name];
  const headings = found.within.slice(0, found.within.length + 1 - path.length).map(String);
  return { name: found.name, path, headings, line: found.line + 1, range: found.range, comments: { above: above.join("\n"), behind: plainComment(behind) } };
}

function marksOf(config: OpenConfig, settings: readonly Setting[]): Mark[] {
  return config.parsed.marks.map(({ kind, from, to, line, words }) => {
    const onLine = settings.filter((setting) => setting.line === line + 1 || (setting.valueRange.from <= from && from < setting.valueRange.to));
    const owner = onLine.at(-1) ?? settings.find((setting) => kind === "attention" && setting.line > line);
    return { kind, path: owner?.path ?? [], line: line + 1, range: { from, to }, words };
  });
}

function twiceWritten(config: OpenConfig): TextProblem[] {
  const { parsed, lifted } = config;
  const problem = (entry: Entry, first: number): TextProblem => {
    const line = lineAt(parsed.lines, entry.keyFrom) + 1;
    return { kind: "twice", message: `${entry.key} is written twice (first on line ${first}); keep one`, line, range: { from: entry.keyFrom, to: entry.keyTo } };
  };
  const found: TextProblem[] = [];
  const visit = (node: ConfigNode | null): void => {
    if (node?.type === "seq") for (const item of node.items) visit(item.node);
    if (node?.type !== "map") return;
    const first = new Map<string, number>();
    for (const entry of node.entries) {
      const line = first.get(entry.key);
      if (line !== undefined && !entry.merge) found.push(problem(entry, line));
      else first.set(entry.key, lineAt(parsed.lines, entry.keyFrom) + 1);
      visit(entry.node);
    }
  };
  visit(parsed.root);
  for (const { first, second } of lifted.twice) {
    const [one, other] = [walk(parsed.root, first).slot, walk(parsed.root, second).slot];
    if (one && other?.type === "entry") found.push(problem(other, lineAt(parsed.lines, one.from) + 1));
  }
  return found;
}
