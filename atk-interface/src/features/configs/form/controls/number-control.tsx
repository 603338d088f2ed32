import { TextInput } from "@/components/field";
import type { FieldOf, NumberLimits } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { useTyped, type Read } from "../use-typed";
import { lettersOf, Pending } from "./text-control";

type NumberField = FieldOf<"integer"> | FieldOf<"number">;

/** A number; what is not one yet stays as typed, and out of the text. */
export function NumberControl({ field, setting, ties }: ControlProps<NumberField>) {
  const typed = useTyped({ shown: lettersOf(setting.value), read: (text) => readNumber(text, field), show: lettersOf, commit: setting.set });
  return (
    <>
      <TextInput
        {...ties}
        inputMode={field.kind === "integer" ? "numeric" : "decimal"}
        autoComplete="off"
        className="max-w-48 tabular-nums"
        value={typed.text}
        disabled={setting.waiting}
        placeholder={setting.written ? "" : lettersOf(field.default)}
        onChange={(event) => typed.change(event.target.value)}
      />
      {typed.reason && <Pending reason={typed.reason} />}
    </>
  );
}

export function readNumber(typed: string, field: Pick<NumberField, "kind" | "limits" | "nullable">): Read<number | null> {
  const text = typed.trim().replaceAll("_", "");
  if (text === "") return field.nullable ? { ok: true, value: null } : no("Type a number.");
  const value = Number(text);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || !Number.isFinite(value)) return no("Not saved yet: this is no number.");
  if (field.kind === "integer" && !Number.isSafeInteger(value)) return no("Not saved yet: it must be a whole number.");
  const beyond = beyondLimits(value, field.limits);
  return beyond ? no(`Not saved yet: it must be ${beyond}.`) : { ok: true, value };
}

function beyondLimits(value: number, { minimum, maximum, aboveMinimum, belowMaximum }: NumberLimits): string {
  if (minimum !== null && (aboveMinimum ? value <= minimum : value < minimum)) return aboveMinimum ? `above ${minimum}` : `${minimum} or more`;
  if (maximum !== null && (belowMaximum ? value >= maximum : value > maximum)) return belowMaximum ? `below ${maximum}` : `${maximum} or less`;
  return "";
}

const no = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });
