import type { Field, KeyPath } from "@/lib/yaml-config";

/** A field of a mapping, where it stands in this config: the same schema is used in several places. */
export const innerField = (within: KeyPath, field: Field): Field => ({ ...field, path: [...within, field.name] });

/** One item of a list. */
export const itemField = (within: KeyPath, index: number, item: Field): Field => ({ ...item, path: [...within, index], name: String(index), required: true });

/** An entry of a mapping that the schema does not name. */
export const entryField = (within: KeyPath, name: string, value: Field): Field => ({ ...value, path: [...within, name], name, title: name });
