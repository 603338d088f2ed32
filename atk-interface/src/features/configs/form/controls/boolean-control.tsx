import clsx from "clsx";
import type { FieldOf } from "@/lib/yaml-config";
import type { ControlProps } from "../control";

/** On, off, or whatever the default is. */
export function BooleanControl({ field, setting, ties }: ControlProps<FieldOf<"boolean">>) {
  const standard = typeof field.default === "boolean" ? (field.default ? "Default (on)" : "Default (off)") : field.nullable ? "Default (none)" : "Default";
  const options = [
    ...(field.required ? [] : [{ label: standard, chosen: setting.written === undefined, choose: setting.reset }]),
    { label: "On", chosen: setting.value === true, choose: () => setting.set(true) },
    { label: "Off", chosen: setting.value === false, choose: () => setting.set(false) },
  ];
  return (
    <div role="radiogroup" {...ties} className="flex w-fit max-w-full flex-wrap rounded-lg border border-edge p-0.5">
      {options.map(({ label, chosen, choose }) => (
        <label
          key={label}
          className={clsx(
            "cursor-pointer rounded-md px-3 py-1 text-sm whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ember has-disabled:opacity-60",
            chosen ? "bg-raised font-semibold" : "text-soft hover:text-text",
          )}
        >
          <input type="radio" name={ties.id} className="sr-only" checked={chosen} disabled={setting.waiting} onChange={choose} />
          {label}
        </label>
      ))}
    </div>
  );
}
