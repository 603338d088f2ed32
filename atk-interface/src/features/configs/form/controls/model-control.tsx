import { useId } from "react";
import { TextInput } from "@/components/field";
import type { FieldOf } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { InnerSettings } from "../inner-settings";
import { innerField } from "../inner-fields";
import { readModel, renameModel, writeModel, type ModelPlace } from "../model-value";
import { SettingRow } from "../setting-row";
import { useReached } from "../use-reached";
import { useTyped } from "../use-typed";
import { ConnectionTestButton } from "./connection-test-button";
import { testOf } from "./connection-wish";
import { ModelPlaceSelect } from "./model-place";

/** Which model, and where it answers; everything else about it is folded away. */
export function ModelControl({ field, setting, ties }: ControlProps<FieldOf<"model">>) {
  const { place, name } = readModel(setting.value);
  const id = useId();
  const nameRow = useReached<HTMLLabelElement>(`${setting.key}.name`);
  const typed = useTyped({
    shown: name,
    read: (text) => ({ ok: true, value: text.trim() }),
    show: (value) => value,
    commit: (next) => setting.set(renameModel(setting.value, { place, name: next })),
  });
  const choose = (next: ModelPlace) => {
    if (next.at === "unset") setting.reset();
    else setting.set(writeModel(setting.value, { place: next, name }));
  };
  const wish = testOf(setting.value);
  const shown = SHOWN[place.at];
  return (
    <div role="group" {...ties} aria-invalid={undefined} className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <ModelPlaceSelect id={`${id}-place`} field={field} place={place} disabled={setting.waiting} onChoose={choose} />
        {shown.name && (
          <label ref={nameRow} htmlFor={`${id}-name`} className="min-w-44 flex-1 text-sm text-soft">
            Model
            <TextInput id={`${id}-name`} list={`${id}-models`} className="mt-1 text-base" autoComplete="off" spellCheck={false} placeholder="its name there" value={typed.text} disabled={setting.waiting} onChange={(event) => typed.change(event.target.value)} />
          </label>
        )}
      </div>
      {field.fields
        .filter((inner) => shown.first.includes(inner.name))
        .map((inner) => (
          <SettingRow key={inner.name} field={innerField(field.path, inner)} />
        ))}
      {place.at === "provider" && name === "" && <p className="text-sm text-ember">Now the model: its name at {place.provider}, as Test connection lists it.</p>}
      {wish && <ConnectionTestButton {...wish} listId={`${id}-models`} />}
      {shown.more && <InnerSettings label="Sampling, prices, limits" path={field.path} fields={field.fields.filter((inner) => !["name", "base_url", ...shown.first].includes(inner.name))} />}
    </div>
  );
}

/** What is asked for at each place: the model's name, settings beside it, and what is folded away. */
const SHOWN: Record<ModelPlace["at"], { name: boolean; first: readonly string[]; more: boolean }> = {
  unset: { name: false, first: [], more: false },
  none: { name: false, first: [], more: false },
  offline: { name: false, first: [], more: true },
  auto: { name: false, first: [], more: true },
  provider: { name: true, first: [], more: true },
  own: { name: true, first: ["base_url", "api_key"], more: true },
};
