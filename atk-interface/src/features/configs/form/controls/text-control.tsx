import { useState } from "react";
import { TextArea, TextInput } from "@/components/field";
import { yamlOf, type FieldOf, type YamlValue } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { useTyped, type Read } from "../use-typed";

/** A value as letters: text as it is, nothing as nothing, anything else as YAML. */
export const lettersOf = (value: YamlValue | undefined): string => {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : yamlOf(value);
};

/** Text of one line or of several. */
export function TextControl({ field, setting, ties }: ControlProps<FieldOf<"string"> | FieldOf<"text">>) {
  const read = (typed: string): Read<string | null> => {
    if (typed === "" && field.nullable) return { ok: true, value: null };
    return fits(typed, field.pattern) ? { ok: true, value: typed } : { ok: false, reason: `Not saved yet: it must fit ${field.pattern ?? ""}` };
  };
  const typed = useTyped({ shown: lettersOf(setting.value), read, show: lettersOf, commit: setting.set });
  // As it was at first: the control must not be another one while somebody types into it.
  const [isLong] = useState(() => field.kind === "text" || typed.text.includes("\n") || typed.text.length > 80);
  const props = {
    ...ties,
    value: typed.text,
    disabled: setting.waiting,
    placeholder: setting.written ? "" : lettersOf(field.default),
    spellCheck: field.kind === "text",
  };
  return (
    <>
      {isLong ? <TextArea {...props} onChange={(event) => typed.change(event.target.value)} /> : <TextInput {...props} autoComplete="off" onChange={(event) => typed.change(event.target.value)} />}
      {typed.reason && <Pending reason={typed.reason} />}
    </>
  );
}

/** Why what was typed is not in the text yet. */
export const Pending = ({ reason }: { reason: string }) => (
  <p role="status" className="text-sm text-warn">
    {reason}
  </p>
);

function fits(typed: string, pattern: string | null): boolean {
  if (pattern === null) return true;
  try {
    return new RegExp(pattern, "u").test(typed);
  } catch {
    return true; // a pattern of Python's that this browser does not know: the check says more
  }
}
