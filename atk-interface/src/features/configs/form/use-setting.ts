import { mistakesAt, mistakesWithin, keyOf } from "../document/place-mistakes";
import { removeValue, setValue, settingAt, type Field, type Setting, type YamlValue } from "@/lib/yaml-config";
import type { Mistake } from "@/api/schema";
import { useForm } from "./form-context";

export interface SettingState {
  readonly key: string;
  /** As the text has it; undefined where the text does not set it. */
  readonly written: Setting | undefined;
  readonly value: YamlValue | undefined;
  readonly mistakes: readonly Mistake[];
  readonly mistakesInside: number;
  readonly waiting: boolean;
  readonly set: (value: YamlValue) => void;
  readonly reset: () => void;
}

/** What the text says of a field, and how to change that. */
export function useSetting(field: Field): SettingState {
  const { model, mistakes, waiting, apply } = useForm();
  const written = settingAt(model, field.path);
  return {
    key: keyOf(field.path),
    written,
    value: written?.value,
    mistakes: mistakesAt(mistakes, field.path),
    mistakesInside: mistakesWithin(mistakes, field.path),
    waiting,
    set: (value) => apply(field.path, (text, schema) => setValue(text, field.path, value, schema)),
    reset: () => apply(field.path, (text, schema) => removeValue(text, field.path, schema)),
  };
}
