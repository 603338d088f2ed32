import clsx from "clsx";
import { useId, type ReactNode } from "react";

interface ChoiceProps<Value extends string> {
  legend: string;
  value: Value;
  options: readonly { value: Value; name: string; hint: string; icon?: ReactNode }[];
  onChoose: (value: Value) => void;
}

/** One of a few, all of them in sight with what they mean. */
export function Choice<Value extends string>({ legend, value, options, onChoose }: ChoiceProps<Value>) {
  const group = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">{legend}</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {options.map(({ value: each, name, hint, icon }) => (
          <label
            key={each}
            className={clsx(
              "flex cursor-pointer items-start gap-2.5 rounded-xl border p-3 transition has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ember",
              each === value ? "border-ember bg-raised" : "border-line hover:border-edge",
            )}
          >
            <input type="radio" name={group} checked={each === value} onChange={() => onChoose(each)} className="mt-1 size-4 shrink-0 accent-ember" />
            <span className="min-w-0">
              <span className="flex items-center gap-1.5 font-medium">
                {name}
                {icon}
              </span>
              <span className="block text-sm text-soft">{hint}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
