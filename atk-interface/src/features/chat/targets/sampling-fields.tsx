import { SlidersHorizontal } from "lucide-react";
import type { ChatSampling } from "@/api/schema";
import { Field, TextArea, TextInput } from "@/components/field";

interface SamplingFieldsProps {
  sampling: ChatSampling;
  onSampling: (sampling: ChatSampling) => void;
  instructions: string;
  /** Missing once the conversation has begun: all that was said rests on them. */
  onInstructions?: (instructions: string) => void;
}

type Setting = "temperature" | "top_p" | "max_tokens" | "seed";

const NUMBERS: { key: Setting; label: string; hint: string; min: number; max: number; step: number | "any" }[] = [
  { key: "temperature", label: "Temperature", hint: "0 always says the likeliest; 2 is wild.", min: 0, max: 2, step: "any" },
  { key: "max_tokens", label: "Longest answer", hint: "In tokens.", min: 1, max: 1_000_000, step: 1 },
  { key: "top_p", label: "Top p", hint: "Only the likeliest tokens that make up this share.", min: 0.01, max: 1, step: "any" },
  { key: "seed", label: "Seed", hint: "The same seed, the same answer, where the model allows it.", min: 0, max: 2 ** 31 - 1, step: 1 },
];

/** How models answer; folded until somebody wants to know. What is empty is left to the model. */
export function SamplingFields({ sampling, onSampling, instructions, onInstructions }: SamplingFieldsProps) {
  const set = NUMBERS.filter(({ key }) => typeof sampling[key] === "number").map(({ key, label }) => `${label.toLowerCase()} ${String(sampling[key])}`);
  const summary = [...set, ...(instructions.trim() ? ["instructions"] : [])].join(", ");
  return (
    <details>
      <summary className="inline-flex list-none items-center gap-2 rounded-lg py-1 text-sm text-soft hover:text-text">
        <SlidersHorizontal aria-hidden className="size-4" />
        Settings{summary && <span>: {summary}</span>}
      </summary>
      <div className="grid gap-4 pt-3 sm:grid-cols-2 xl:grid-cols-4">
        {NUMBERS.map(({ key, label, hint, ...limits }) => (
          <Field key={key} label={label} hint={hint}>
            {(ties) => (
              <TextInput
                {...ties}
                {...limits}
                type="number"
                inputMode="decimal"
                placeholder="The model's own"
                defaultValue={sampling[key] ?? ""}
                onChange={({ target }) => {
                  if (target.validity.valid) onSampling({ ...sampling, [key]: target.value === "" ? null : target.valueAsNumber });
                }}
                className="invalid:border-bad"
              />
            )}
          </Field>
        ))}
        <Field
          label="Instructions (system prompt)"
          hint={onInstructions ? "Said to the model before the first question." : "A new conversation can begin with others."}
          className="sm:col-span-2 xl:col-span-4"
        >
          {(ties) => <TextArea {...ties} rows={2} value={instructions} readOnly={!onInstructions} onChange={(event) => onInstructions?.(event.target.value)} />}
        </Field>
      </div>
    </details>
  );
}
