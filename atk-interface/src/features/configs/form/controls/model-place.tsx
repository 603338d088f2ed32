import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "@/api/providers";
import type { ProviderEntry } from "@/api/schema";
import { Select } from "@/components/field";
import type { FieldOf } from "@/lib/yaml-config";
import type { ModelPlace } from "../model-value";

interface ModelPlaceProps {
  id: string;
  field: FieldOf<"model">;
  place: ModelPlace;
  disabled: boolean;
  onChoose: (place: ModelPlace) => void;
}

/** Where a model answers. */
export function ModelPlaceSelect({ id, field, place, disabled, onChoose }: ModelPlaceProps) {
  const providers = useQuery(providersQuery).data?.items ?? [];
  const strange = place.at === "provider" && !providers.some((provider) => provider.name === place.provider) ? place.provider : null;
  return (
    <label htmlFor={id} className="min-w-44 flex-1 text-sm text-soft">
      Answers at
      <Select id={id} className="mt-1 text-base" value={place.at === "provider" ? `provider:${place.provider}` : place.at} disabled={disabled} onChange={(event) => onChoose(placeOf(event.target.value))}>
        {(!field.required || place.at === "unset") && <option value="unset">Default{field.defaultText && `: ${field.defaultText}`}</option>}
        {(place.at === "none" || (field.nullable && field.default !== null)) && <option value="none">None</option>}
        <option value="offline">Offline: rules, no model, free</option>
        <option value="auto">A local server if one answers, else offline</option>
        <optgroup label="Providers">
          {strange !== null && <option value={`provider:${strange}`}>{strange} (not known)</option>}
          {providers.map((provider) => (
            <option key={provider.name} value={`provider:${provider.name}`}>
              {provider.name}
              {noteOn(provider)}
            </option>
          ))}
        </optgroup>
        <option value="own">An address of your own</option>
      </Select>
    </label>
  );
}

function noteOn({ local, has_key: hasKey, secret }: ProviderEntry): string {
  if (local) return " (this machine)";
  return hasKey || secret === "" ? "" : " (no key yet)"; // without a secret's name it is asked without a key
}

function placeOf(choice: string): ModelPlace {
  if (choice.startsWith("provider:")) return { at: "provider", provider: choice.slice("provider:".length) };
  return choice === "unset" || choice === "none" || choice === "auto" || choice === "own" ? { at: choice } : { at: "offline" };
}
