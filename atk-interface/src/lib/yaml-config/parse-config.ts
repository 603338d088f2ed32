import { Composer, Parser, type CST } from "yaml";
import { propsOf, TreeBuilder } from "./build-tree";
import { hideMarks, type FoundMark } from "./marks";
import { columnAt, lineAt, linesOf, withPlainBreaks, type TextLines } from "./text-lines";
import type { ConfigNode } from "./tree";
import type { TextProblem } from "./types";

/** A text taken apart. */
export interface ParsedConfig {
  readonly text: string;
  readonly lines: TextLines;
  /** The text as YAML sees it, without marks; same offsets. */
  readonly hidden: string;
  readonly root: ConfigNode | null;
  readonly marks: readonly FoundMark[];
  readonly syntax: readonly TextProblem[];
}

/** The texts parsed last: an edit parses what it wrote, and the form then reads the same text. */
const recent: ParsedConfig[] = [];
const MOST_RECENT = 4;

/** Take a text apart; what is not YAML becomes problems of the result. */
export function parseConfig(text: string): ParsedConfig {
  const known = recent.find((parsed) => parsed.text === text);
  if (known) return known;
  const parsed = parse(text);
  recent.unshift(parsed);
  recent.length = Math.min(recent.length, MOST_RECENT);
  return parsed;
}

function parse(text: string): ParsedConfig {
  const lines = linesOf(withPlainBreaks(text));
  const { text: hidden, marks } = hideMarks(lines);
  const problem = (message: string, from: number, to: number): TextProblem => {
    const end = Math.min(text.length, Math.max(from, to));
    return { kind: "syntax", message, line: lineAt(lines, Math.min(from, text.length)) + 1, range: { from: Math.min(from, end), to: end } };
  };
  try {
    const tokens = [...new Parser().parse(hidden)];
    const composer = new Composer({ schema: "failsafe", uniqueKeys: false, logLevel: "silent" });
    const documents = [...composer.compose(tokens, true, hidden.length)];
    const syntax = documents.flatMap((document) => document.errors.map((error) => problem(plainly(error.message), error.pos[0], error.pos[1])));
    if (documents.length > 1 && syntax.length === 0) syntax.push(problem("only one document per file: remove the second `---`", 0, 0));
    const builder = new TreeBuilder((offset) => columnAt(lines, offset));
    const first = tokens.find((token): token is CST.Document => token.type === "document");
    const root = first ? builder.build(first.value, propsOf(first.start), first.offset) : null;
    for (const { name, from, to } of builder.lost) syntax.push(problem(`no &${name} stands above this: text that starts with * must be in quotes`, from, to));
    for (const from of builder.strangeKeys) syntax.push(problem("a key must be plain text", from, from + 1));
    syntax.sort((one, other) => one.range.from - other.range.from);
    return { text, lines, hidden, root, marks, syntax };
  } catch (error) {
    // The parser gives up on some texts, such as thousands of nested brackets.
    const message = error instanceof RangeError ? "nested too deeply" : "not valid YAML";
    return { text, lines, hidden, root: null, marks, syntax: [problem(message, 0, 0)] };
  }
}

/** The first sentence of the parser's message: the rest repeats the source. */
function plainly(message: string): string {
  const first = message.split("\n")[0] ?? "";
  return `not valid YAML: ${first.replace(/ at line \d+, column \d+:?$/, "")}`;
}
