import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { providersQuery } from "@/api/providers";
import { Field, TextInput } from "@/components/field";

/** What a config says of a model: its name, or an object with one. */
function nameOf(model: unknown): string {
  if (typeof model === "string") return model;
  if (typeof model === "object" && model !== null && "name" in model && typeof model.name === "string") return model.name;
  return "";
}

interface ModelOverrideProps {
  label: string;
  /** What the config says now. */
  now: unknown;
  value: string;
  onChange: (model: string) => void;
}

/** Another model in place of the one in a run's config, as provider:model; the providers are offered. */
export function ModelOverride({ label, now, value, onChange }: ModelOverrideProps) {
  const providers = useQuery(providersQuery).data?.items ?? [];
  const list = useId();
  const before = nameOf(now);
  return (
    <Field label={label} hint={before ? `Now ${before}. Leave it empty to keep that.` : "None at the moment."}>
      {(ties) => (
        <>
          <TextInput {...ties} list={list} className="font-mono" placeholder="provider:model" autoComplete="off" spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} />
          <datalist id={list}>
            <option value="offline" />
            {providers.map(({ name, has_key: hasKey, local }) => (
              <option key={name} value={`${name}:`} label={local ? "on this machine" : hasKey ? "its key is there" : "has no key yet"} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
