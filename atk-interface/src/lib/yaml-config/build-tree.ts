import { CST } from "yaml";
import { ATTENTION_MARK } from "./marks";
import type { AliasNode, Collection, ConfigNode, Entry, Item, ScalarNode, Slot } from "./tree";

/** Every walk over the tree goes as deep; the pipelines' reader gives up too, somewhat later. */
const MOST_NESTED = 100;

/** Turns the tokens of a document into nodes, and resolves aliases in the order of the text. */
export class TreeBuilder {
  readonly anchors = new Map<string, ConfigNode>();
  /** Aliases without an anchor before them. */
  readonly lost: AliasNode[] = [];
  /** Keys that are no plain text. */
  readonly strangeKeys: number[] = [];
  private depth = 0;
  private readonly column: (offset: number) => number;

  constructor(column: (offset: number) => number) {
    this.column = column;
  }

  build(token: CST.Token | null | undefined, props: Props, at: number): ConfigNode | null {
    if (!token) return this.empty(props, at);
    if (++this.depth > MOST_NESTED) throw new RangeError("nested too deeply");
    const place = { start: props.from ?? token.offset, anchor: props.anchor, tag: props.tag };
    const node = this.node(token, place);
    this.depth--;
    if (node?.anchor) this.anchors.set(node.anchor, node);
    return node;
  }

  /** `key: &name` with nothing behind it is null with an anchor. */
  private empty(props: Props, at: number): ConfigNode | null {
    if (props.from === null) return null;
    const to = Math.max(at, props.to);
    const node: ScalarNode = { type: "scalar", style: "plain", text: "", from: to, to, start: props.from, anchor: props.anchor, tag: props.tag };
    if (node.anchor) this.anchors.set(node.anchor, node);
    return node;
  }

  private node(token: CST.Token, place: Place): ConfigNode | null {
    switch (token.type) {
      case "alias":
        return this.alias(token, place);
      case "scalar":
      case "single-quoted-scalar":
      case "double-quoted-scalar":
        return { type: "scalar", style: STYLES[token.type], text: scalarText(token), from: token.offset, to: token.offset + token.source.length, ...place };
      case "block-scalar":
        return { type: "scalar", style: "block", text: scalarText(token), from: token.offset, to: blockScalarEnd(token), ...place };
      case "block-map":
      case "block-seq":
        return this.block(token, place);
      case "flow-collection":
        return this.flow(token, place);
      default:
        return null;
    }
  }

  private alias(token: CST.FlowScalar, place: Place): AliasNode {
    const name = token.source.slice(1);
    const target = this.anchors.get(name) ?? null;
    const node: AliasNode = { type: "alias", name, target, from: token.offset, to: token.offset + token.source.length, ...place };
    if (!target) this.lost.push(node);
    return node;
  }

  private block(token: CST.BlockMap | CST.BlockSequence, place: Place): Collection {
    if (token.type === "block-map") {
      const entries = token.items.filter((item) => item.key ?? item.sep).map((item) => this.entry(item, token.offset));
      const first = entries[0]?.from ?? token.offset;
      return { type: "map", flow: false, indent: this.column(first), entries, from: first, to: endOf(entries, first), ...place };
    }
    const items: Item[] = [];
    for (const { start, value } of token.items) {
      const dash = start.find((piece) => piece.type === "seq-item-ind");
      if (!dash) continue;
      const props = propsOf(start);
      const node = this.build(value, props, dash.offset + 1);
      items.push({ type: "item", at: dash.offset + 1, from: dash.offset, to: node?.to ?? dash.offset + 1, node });
    }
    const first = items[0]?.from ?? token.offset;
    return { type: "seq", flow: false, indent: this.column(first), items, from: first, to: endOf(items, first), ...place };
  }

  private flow(token: CST.FlowCollection, place: Place): Collection {
    const close = token.end.find((piece) => piece.type === "flow-map-end" || piece.type === "flow-seq-end");
    const to = close ? close.offset + 1 : token.offset + 1;
    const range = { from: token.offset, to, flow: true as const, indent: 0, ...place };
    const written = token.items.filter((item) => Boolean(item.key ?? item.value) || (item.sep?.length ?? 0) > 0 || propsOf(item.start).from !== null);
    if (token.start.type === "flow-map-start") {
      return { type: "map", ...range, entries: written.map((item) => this.entry(item, token.offset)) };
    }
    return { type: "seq", ...range, items: written.map((item) => this.flowItem(item, token.offset)) };
  }

  private flowItem(item: CST.CollectionItem, offset: number): Item {
    if (item.key ?? item.sep?.length) {
      // [a: b] is a list of mappings with one key each.
      const entry = this.entry(item, offset);
      const node: ConfigNode = { type: "map", flow: true, indent: 0, entries: [entry], from: entry.from, to: entry.to, start: entry.from, anchor: null, tag: null };
      return { type: "item", at: entry.from, from: entry.from, to: entry.to, node };
    }
    const props = propsOf(item.start);
    const from = props.from ?? item.value?.offset ?? offset;
    const node = this.build(item.value, props, from);
    return { type: "item", at: from, from, to: node?.to ?? from, node };
  }

  private entry(item: CST.CollectionItem, offset: number): Entry {
    const explicit = item.start.find((piece) => piece.type === "explicit-key-ind");
    const colon = item.sep?.find((piece) => piece.type === "map-value-ind");
    const key = this.key(item, colon?.offset ?? offset);
    const at = colon ? colon.offset + 1 : key.keyTo;
    const node = this.build(item.value, propsOf(item.sep ?? []), at);
    const from = Math.min(explicit?.offset ?? key.keyFrom, key.start);
    return { type: "entry", key: key.text, keyFrom: key.keyFrom, keyTo: key.keyTo, merge: key.merge, at, from, to: node?.to ?? Math.max(at, key.keyTo), node };
  }

  private key(item: CST.CollectionItem, otherwise: number): { text: string; keyFrom: number; keyTo: number; start: number; merge: boolean } {
    const key = this.build(item.key, propsOf(item.start), item.key?.offset ?? otherwise);
    if (!key) return { text: "", keyFrom: otherwise, keyTo: otherwise, start: otherwise, merge: false };
    const place = { keyFrom: key.from, keyTo: key.to, start: key.start };
    if (key.type !== "scalar") {
      this.strangeKeys.push(key.from);
      return { text: "", merge: false, ...place };
    }
    const text = key.text.replaceAll(ATTENTION_MARK, "").trim();
    return { text, merge: key.style === "plain" && text === "<<", ...place };
  }
}

interface Place {
  readonly start: number;
  readonly anchor: string | null;
  readonly tag: string | null;
}

/** Anchor and tag among the tokens before a value. */
export interface Props {
  readonly from: number | null;
  readonly to: number;
  readonly anchor: string | null;
  readonly tag: string | null;
}

export function propsOf(tokens: readonly CST.SourceToken[]): Props {
  const anchor = tokens.find((piece) => piece.type === "anchor");
  const tag = tokens.find((piece) => piece.type === "tag");
  const both = [anchor, tag].filter((piece) => piece !== undefined);
  const from = both.length ? Math.min(...both.map((piece) => piece.offset)) : null;
  const to = both.length ? Math.max(...both.map((piece) => piece.offset + piece.source.length)) : 0;
  return { from, to, anchor: anchor ? anchor.source.slice(1) : null, tag: tag?.source ?? null };
}

const STYLES = { scalar: "plain", "single-quoted-scalar": "single", "double-quoted-scalar": "double" } as const;

function scalarText(token: CST.FlowScalar | CST.BlockScalar): string {
  return CST.resolveAsScalar(token, false).value;
}

/** Trailing blank lines belong to the value only when its header says so (`|+`). */
function blockScalarEnd(token: CST.BlockScalar): number {
  const props = token.props.filter((piece): piece is CST.SourceToken => "source" in piece);
  const header = props.find((piece) => piece.type === "block-scalar-header");
  const last = props.at(-1);
  const start = last ? last.offset + last.source.length : token.offset;
  const body = header?.source.includes("+") ? token.source.replace(/\r?\n$/, "") : token.source.trimEnd();
  if (body.trim() !== "" || header?.source.includes("+")) return start + body.length;
  return header ? header.offset + header.source.length : token.offset;
}

function endOf(slots: readonly Slot[], otherwise: number): number {
  return slots.at(-1)?.to ?? otherwise;
}
