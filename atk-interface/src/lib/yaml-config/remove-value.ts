import { commentedOutEntry } from "./comment-out";
import { takeOut } from "./edit-entries";
import { edited, type Plan } from "./edited";
import { valueAt, valueOf, withoutPath } from "./evaluate";
import { walk, writtenPath, type OpenConfig } from "./open-config";
import { parseConfig } from "./parse-config";
import { replaceValue } from "./replace-value";
import { defaultAt, isSecretAt } from "./schema-nodes";
import { Refused } from "./splices";
import type { ConfigNode } from "./tree";
import type { Edit, JsonSchema, KeyPath } from "./types";
import { inlineValue } from "./write-value";

/**
 * Take a key out, so that its default counts again, or an item out of a list. A key with comments becomes a comment
 * itself, `# key: default`, so that they still say what they are about and `setValue` finds its place again.
 */
export function removeValue(text: string, path: KeyPath, schema: JsonSchema): Edit {
  return edited(text, schema, (config) => planRemoval(config, path));
}

function planRemoval(config: OpenConfig, path: KeyPath): Plan {
  const raw = writtenPath(config, path);
  const { slot, container, rest } = walk(config.parsed.root, raw ?? []);
  if (raw && rest.length === 0 && slot && container) {
    const fallback = slot.type === "entry" ? defaultText(config, path, slot.node) : null;
    const text = removedAt(config.parsed.text, raw, fallback);
    return { text, raw: raw.slice(0, -1), change: (old) => withoutPath(old, raw.slice(-1)) };
  }
  if (raw && slot?.node?.type === "alias" && container) {
    const text = replaceValue(config.parsed, slot, container, withoutPath(valueOf(slot.node), rest) ?? null);
    return { text, raw, change: (old, left) => withoutPath(old, left) };
  }
  if (slot && valueAt(valueOf(slot.node), rest) !== undefined) throw new Refused("it comes from a `<<` line; change that one in the text");
  return { text: config.parsed.text, raw: [], change: (old) => old };
}

/** What a key that becomes a comment says: its default, or what it said where the schema knows none. */
function defaultText(config: OpenConfig, path: KeyPath, node: ConfigNode | null): string {
  if (isSecretAt(config.schema, path)) return "null";
  const value = defaultAt(config.schema, path);
  return inlineValue((value === undefined && node?.type === "scalar" ? valueOf(node) : value) ?? null);
}

/** The text without what stands at a written path; with `fallback`, a key that has comments becomes `# key: fallback`. */
export function removedAt(text: string, raw: KeyPath, fallback: string | null = null): string {
  const parsed = parseConfig(text);
  const { slot, container, rest } = walk(parsed.root, raw);
  if (rest.length || !slot || !container) throw new Refused("there is nothing to remove");
  const holder = raw.length > 1 ? walk(parsed.root, raw.slice(0, -1)).slot : null;
  const commented = fallback === null ? null : commentedOutEntry(parsed, { slot, container, holder }, fallback);
  return commented ?? takeOut(parsed, slot, container, holder);
}
