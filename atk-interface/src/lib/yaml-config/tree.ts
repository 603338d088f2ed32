/** What a text is made of, each piece with its place: enough to replace any of them by itself. */

interface NodeBase {
  /** Of the value itself, without anchor and tag. */
  readonly from: number;
  /** Behind its last character; a block ends with its last value, before comments and blank lines. */
  readonly to: number;
  /** With anchor and tag; the same as `from` without them. */
  readonly start: number;
  readonly anchor: string | null;
  readonly tag: string | null;
}

export interface ScalarNode extends NodeBase {
  readonly type: "scalar";
  readonly style: "plain" | "single" | "double" | "block";
  readonly text: string;
}

export interface AliasNode extends NodeBase {
  readonly type: "alias";
  readonly name: string;
  /** Null when no such anchor stands before it. */
  readonly target: ConfigNode | null;
}

export interface MapNode extends NodeBase {
  readonly type: "map";
  /** `{a: 1}` */
  readonly flow: boolean;
  /** Column of the first key of a block. */
  readonly indent: number;
  readonly entries: readonly Entry[];
}

export interface SeqNode extends NodeBase {
  readonly type: "seq";
  /** `[a, b]` */
  readonly flow: boolean;
  /** Column of the first dash of a block. */
  readonly indent: number;
  readonly items: readonly Item[];
}

export type ConfigNode = ScalarNode | AliasNode | MapNode | SeqNode;

/** A place that holds a value, or nothing. */
interface SlotBase {
  /** Behind the colon or the dash (of an item in brackets: its start): where a value can be written. */
  readonly at: number;
  /** First character of the whole entry. */
  readonly from: number;
  /** Behind its last character. */
  readonly to: number;
  readonly node: ConfigNode | null;
}

export interface Entry extends SlotBase {
  readonly type: "entry";
  readonly key: string;
  readonly keyFrom: number;
  readonly keyTo: number;
  /** `<<` */
  readonly merge: boolean;
}

export interface Item extends SlotBase {
  readonly type: "item";
}

export type Slot = Entry | Item;
export type Collection = MapNode | SeqNode;
