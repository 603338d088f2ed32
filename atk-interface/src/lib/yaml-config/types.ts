/** A value as a config can hold it, read as the pipelines read it (YAML 1.2 scalars). */
export type YamlValue = string | number | boolean | null | YamlValue[] | YamlMap;
export interface YamlMap {
  [key: string]: YamlValue;
}

/** `["small_model", "base_url"]`; numbers are places in a list. Headings are never part of it. */
export type KeyPath = readonly (string | number)[];

/** The JSON Schema of a pipeline, as `GET /api/pipelines/{name}` gives it in `schema`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Offsets into the text: `from` is the first character, `to` the one behind the last. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** Something that must be filled in (`!!PLACEHOLDER!!`) or looked at (`!!ATTENTION!!`). */
export interface Mark {
  readonly kind: "placeholder" | "attention";
  /** The setting it stands in or above; empty when it belongs to none. */
  readonly path: KeyPath;
  readonly line: number;
  readonly range: TextRange;
  /** What is written beside it; may be empty. */
  readonly words: string;
}

/** Comments about a key, without their `#`; may be empty. */
export interface KeyComments {
  readonly above: string;
  readonly behind: string;
}

/** One key or list item that the text sets, at any depth. */
export interface Setting {
  readonly path: KeyPath;
  /** Names of the headings it stands under, outermost first. */
  readonly headings: readonly string[];
  /** `undefined` while a placeholder stands there. */
  readonly value: YamlValue | undefined;
  /** Counted from 1, of the key (of the value in a list). */
  readonly line: number;
  /** Of the key; of the value in a list. */
  readonly keyRange: TextRange;
  /** Of the value as written; empty, behind the colon, when nothing is written there. */
  readonly valueRange: TextRange;
  readonly comments: KeyComments;
  readonly placeholder: boolean;
  /** Name of the anchor when the value is written as `*name`. */
  readonly alias: string | null;
  /** Name of the anchor that this value defines with `&name`. */
  readonly anchor: string | null;
  /** Brought in by `<<: *name`: not written here itself. */
  readonly merged: boolean;
  /** Whether the schema has such a parameter (only told of the outermost keys; inner ones are true). */
  readonly known: boolean;
}

/** A key that is written as a comment: `# limit: null`. */
export interface CommentedSetting {
  readonly name: string;
  readonly path: KeyPath;
  readonly headings: readonly string[];
  readonly line: number;
  /** All its lines, from the `#` to the end of the last one. */
  readonly range: TextRange;
  readonly comments: KeyComments;
}

/** A key that only groups others for people. */
export interface Heading {
  readonly name: string;
  /** The headings around it, outermost first. */
  readonly within: readonly string[];
  readonly line: number;
  readonly comments: KeyComments;
}

/** What is wrong with the text itself. */
export interface TextProblem {
  /** `syntax`: not YAML, the form cannot edit it. `twice`: a key stands there twice; the first counts. */
  readonly kind: "syntax" | "twice";
  readonly message: string;
  readonly line: number;
  readonly range: TextRange;
}

/** Everything that the form shows of a text. */
export interface ConfigModel {
  readonly text: string;
  /** Values by parameter, headings lifted, without `pipeline` and without placeholders. */
  readonly values: Readonly<Record<string, YamlValue>>;
  /** What `pipeline:` says; null when it says nothing. */
  readonly pipeline: string | null;
  /** In the order of the text, each key before what is in it. */
  readonly settings: readonly Setting[];
  readonly commentedOut: readonly CommentedSetting[];
  readonly headings: readonly Heading[];
  readonly marks: readonly Mark[];
  readonly problems: readonly TextProblem[];
  /** False while there are syntax errors: then every edit is refused. */
  readonly editable: boolean;
}

/** A replacement of some characters; offsets are those of the old text. */
export interface TextChange extends TextRange {
  readonly insert: string;
}

/** The text after an edit, or why it could not be made. */
export type Edit =
  | {
      readonly ok: true;
      readonly text: string;
      /** What was replaced, in order, not overlapping: fit for a CodeMirror transaction. Empty when nothing was to do. */
      readonly changes: readonly TextChange[];
      /** Other settings whose value is written as `*name` or `<<: *name` of what was edited, so that it changes too. */
      readonly follows: readonly KeyPath[];
    }
  | { readonly ok: false; readonly reason: string };
