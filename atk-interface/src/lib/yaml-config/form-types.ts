import type { KeyPath, Setting, YamlValue } from "./types";

/** What every field has. */
interface FieldBase {
  readonly name: string;
  readonly path: KeyPath;
  /** `chunk_size` as "Chunk size". */
  readonly title: string;
  /** From the docstring; may be empty. */
  readonly description: string;
  /** `undefined`: required, or left to another pipeline. */
  readonly default: YamlValue | undefined;
  /** The default as YAML in one line; empty without one. */
  readonly defaultText: string;
  readonly required: boolean;
  /** Whether null (nothing) may be written. */
  readonly nullable: boolean;
  /** Whether every pipeline takes it. */
  readonly runOption: boolean;
}

/** Limits of a number; null where there is none. */
export interface NumberLimits {
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The value must be above `minimum`, not equal to it. */
  readonly aboveMinimum: boolean;
  /** The value must be below `maximum`, not equal to it. */
  readonly belowMaximum: boolean;
}

export type Choice = string | number | boolean;

/** A field as a form shows it; `kind` says which control. */
export type Field = FieldBase &
  (
    | { readonly kind: "string"; readonly pattern: string | null }
    /** Text of several lines. */
    | { readonly kind: "text"; readonly pattern: string | null }
    | { readonly kind: "integer"; readonly limits: NumberLimits }
    | { readonly kind: "number"; readonly limits: NumberLimits }
    | { readonly kind: "boolean" }
    | { readonly kind: "choice"; readonly choices: readonly Choice[] }
    /** Never shown in the open; a reference: `${NAME}` or `secret://NAME`. `several`: a list may be written too. */
    | { readonly kind: "secret"; readonly several: boolean }
    /** `mustExist`: it is read, and has to be there before a run starts. */
    | { readonly kind: "path"; readonly leadsTo: "file" | "folder" | "any"; readonly mustExist: boolean }
    /** `item` describes one entry; its path ends in 0. `orSingle`: one item may stand there without a list. */
    | { readonly kind: "list"; readonly item: Field; readonly orSingle: boolean }
    /** Named entries. `fields`: those that are known; `value`: what any other key holds, null when there may be none. */
    | { readonly kind: "map"; readonly fields: readonly Field[]; readonly value: Field | null }
    /** Written as a name (`offline`, `PROVIDER:NAME`) or as a mapping with these fields. */
    | { readonly kind: "model"; readonly fields: readonly Field[] }
    /** Overrides of another pipeline's parameters; all are optional. */
    | { readonly kind: "nested"; readonly pipeline: string; readonly fields: readonly Field[] }
    /** Raw YAML: the schema does not say more. */
    | { readonly kind: "anything" }
  );

export type FieldKind = Field["kind"];
export type FieldOf<Kind extends FieldKind> = Extract<Field, { kind: Kind }>;

/** The form of a pipeline. */
export interface Form {
  readonly pipeline: string;
  readonly description: string;
  readonly fields: readonly Field[];
  /** Whether keys besides the fields are handed to the function. */
  readonly takesAnything: boolean;
}

/** Fields that stand together. */
export interface FieldGroup {
  /** The heading as written; empty for what stands under none. */
  readonly heading: string;
  readonly fields: readonly Field[];
  /** Keys under this heading that the pipeline does not have. */
  readonly unknown: readonly Setting[];
}
