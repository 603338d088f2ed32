import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "@/components/button";
import { TextInput } from "@/components/field";
import { removeValue, setValue, type Field, type FieldOf, type KeyPath } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { firstValue } from "../first-value";
import { useForm } from "../form-context";
import { entryField } from "../inner-fields";
import { InnerSettings } from "../inner-settings";
import { SettingRow } from "../setting-row";

/** Named entries: those that the schema knows, and, where it allows them, others. */
export function MapControl({ field, setting, ties }: ControlProps<FieldOf<"map">>) {
  const known = new Set(field.fields.map(({ name }) => name));
  const written = typeof setting.value === "object" && setting.value !== null && !Array.isArray(setting.value) ? Object.keys(setting.value) : [];
  const others = written.filter((name) => !known.has(name));
  const entries = field.value && <Entries path={field.path} value={field.value} names={others} taken={written} />;
  return (
    <div role="group" {...ties} aria-invalid={undefined}>
      {field.fields.length > 0 ? (
        <InnerSettings label="Settings" path={field.path} fields={field.fields}>
          {entries}
        </InnerSettings>
      ) : (
        entries
      )}
    </div>
  );
}

/** Entries with names of a person's own. */
function Entries({ path, value, names, taken }: { path: KeyPath; value: Field; names: readonly string[]; taken: readonly string[] }) {
  const { apply, waiting } = useForm();
  const [name, setName] = useState("");
  const id = useId();
  const clean = name.trim();
  const add = () => {
    if (clean === "" || taken.includes(clean)) return;
    apply([...path, clean], (text, schema) => setValue(text, [...path, clean], firstValue(value), schema));
    setName("");
  };
  return (
    <div className="flex flex-col gap-3">
      {names.map((each) => (
        <div key={each} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <SettingRow field={entryField(path, each, value)} />
          </div>
          <IconButton label={`Remove ${each}`} disabled={waiting} onClick={() => apply(path, (text, schema) => removeValue(text, [...path, each], schema))}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
      ))}
      <div className="flex flex-wrap items-end gap-2">
        <label htmlFor={id} className="text-sm">
          <span className="mb-1 block text-soft">Another entry</span>
          <TextInput
            id={id}
            className="h-9 w-44"
            placeholder="name"
            value={name}
            disabled={waiting}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && add()}
          />
        </label>
        <Button size="small" icon={<Plus aria-hidden className="size-4" />} disabled={waiting || clean === "" || taken.includes(clean)} onClick={add}>
          Add
        </Button>
      </div>
    </div>
  );
}
