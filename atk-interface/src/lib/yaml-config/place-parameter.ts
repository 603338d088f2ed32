import { commentedOut, type CommentedOut } from "./commented-out";
import { entryLines, insertEntry } from "./edit-entries";
import { walk, type OpenConfig } from "./open-config";
import { nodesAt, parameterNames, propertiesOf } from "./schema-nodes";
import { Refused, spliced } from "./splices";
import type { Entry, MapNode } from "./tree";
import type { JsonSchema, KeyPath, YamlValue } from "./types";

/** Make `# key: value` a key again, with the value it has there. */
export function uncommented(config: OpenConfig, found: CommentedOut): string {
  const changes = [{ ...found.range, insert: found.text }];
  const braces = found.emptyHolder?.node;
  if (found.emptyHolder && braces) changes.push({ from: found.emptyHolder.at, to: braces.to, insert: "" });
  return spliced(config.parsed.text, changes);
}

/** The key that stands commented out in a mapping. */
export function findCommentedOut(config: OpenConfig, within: KeyPath | null, name: string): CommentedOut | undefined {
  const place = within?.join("\n");
  return commentedOut(config).find((found) => found.name === name && (within === null ? isLiftable(config, found) : found.within.join("\n") === place));
}

function isLiftable(config: OpenConfig, found: CommentedOut): boolean {
  return found.within.length === 0 || config.lifted.headings.some((heading) => heading.join("\n") === found.within.join("\n"));
}

/** Write a parameter that the text does not set, beside the one that comes before it in the signature. */
export function insertParameter(config: OpenConfig, name: string, value: YamlValue): string {
  const { parsed } = config;
  const { root, lines, text } = parsed;
  if (root === null) {
    const gap = text === "" || /[\n\ufeff]$/.test(text) ? "" : lines.newline;
    return `${text}${gap}${entryLines(name, value, 0).join(lines.newline)}${lines.newline}`;
  }
  if (root.type !== "map") throw new Refused("the text is not a list of `key: value` lines; change it in the text");
  const neighbour = neighbourOf(config, name);
  return neighbour ? insertEntry(parsed, neighbour.container, name, value, neighbour.entry) : insertEntry(parsed, root, name, value);
}

interface Neighbour {
  readonly entry: Entry;
  readonly container: MapNode;
}

function neighbourOf(config: OpenConfig, name: string): Neighbour | null {
  const names = parameterNames(config.schema);
  const index = names.indexOf(name);
  if (index < 0) return null;
  const isModel = takesModel(config.schema, name);
  const fits = (other: string): Neighbour | null => {
    const origin = config.lifted.origins.get(other);
    if (!origin || (origin.length > 1 && takesModel(config.schema, other) !== isModel)) return null;
    const { slot, container, rest } = walk(config.parsed.root, origin);
    return slot?.type === "entry" && container?.type === "map" && rest.length === 0 ? { entry: slot, container } : null;
  };
  const before = names.slice(0, index).reverse();
  const after = names.slice(index + 1);
  // Closer ones first; `pipeline` says nothing about what belongs together.
  for (const other of [...before.filter((each) => each !== "pipeline"), ...after, "pipeline"]) {
    const found = fits(other);
    if (found) return found;
  }
  return null;
}

function takesModel(schema: JsonSchema, name: string): boolean {
  return nodesAt(schema, [name]).some((node) => propertiesOf(node).some(([key]) => key === "base_url"));
}
