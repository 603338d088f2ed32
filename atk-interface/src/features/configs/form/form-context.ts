import { createContext, useContext } from "react";
import type { Mistake } from "@/api/schema";
import type { ConfigModel, Edit, Form, JsonSchema, KeyPath } from "@/lib/yaml-config";

/** A field to go to. A new object goes there again. */
export interface Target {
  readonly key: string;
}

/** What every field of the form needs. */
export interface FormShared {
  readonly form: Form;
  readonly schema: JsonSchema;
  readonly model: ConfigModel;
  readonly mistakes: readonly Mistake[];
  /** While the text is no YAML, fields show what they last read, and wait. */
  readonly waiting: boolean;
  /** The setting that the editor's cursor is in; empty for none. */
  readonly active: string;
  readonly target: Target | null;
  readonly onReached: () => void;
  /** Make an edit of the text; says so when it cannot be made. */
  readonly apply: (path: KeyPath, edit: (text: string, schema: JsonSchema) => Edit) => void;
  readonly showLine: (line: number) => void;
  /** Somebody works on this field now. */
  readonly onField: (path: KeyPath) => void;
}

export const FormContext = createContext<FormShared | null>(null);

export function useForm(): FormShared {
  const shared = useContext(FormContext);
  if (!shared) throw new Error("a field stands outside a config's form");
  return shared;
}
