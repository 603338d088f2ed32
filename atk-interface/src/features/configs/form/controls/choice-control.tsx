import { Select } from "@/components/field";
import type { FieldOf } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { lettersOf } from "./text-control";

/** One of a few. */
export function ChoiceControl({ field, setting, ties }: ControlProps<FieldOf<"choice">>) {
  const { value, written } = setting;
  const index = field.choices.findIndex((choice) => choice === value);
  const isNull = written !== undefined && value === null && field.nullable;
  const isStrange = written !== undefined && !written.placeholder && index < 0 && !isNull;
  const chosen = isNull ? "null" : isStrange ? "strange" : index < 0 ? "" : String(index);
  const change = (next: string) => {
    if (next === "") setting.reset();
    else if (next === "null") setting.set(null);
    else setting.set(field.choices[Number(next)] ?? null);
  };
  return (
    <Select {...ties} className="max-w-80" value={chosen} disabled={setting.waiting} onChange={(event) => change(event.target.value)}>
      {!field.required && <option value="">Default{field.defaultText && `: ${field.defaultText}`}</option>}
      {field.required && chosen === "" && <option value="">Choose one</option>}
      {isStrange && <option value="strange">{lettersOf(value)}</option>}
      {field.nullable && field.default !== null && <option value="null">None</option>}
      {field.choices.map((choice, at) => (
        <option key={String(choice)} value={at}>
          {String(choice)}
        </option>
      ))}
    </Select>
  );
}
