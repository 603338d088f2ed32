import { Plus, X } from "lucide-react";
import { useId } from "react";
import type { Overrides } from "@/api/runs";
import { Button, IconButton } from "@/components/button";
import { TextInput } from "@/components/field";
import { inLine, isRecord } from "@/lib/json";

/** A value that replaces one of the config; `id` only tells it from the others. */
export interface OverrideRow {
  id: number;
  key: string;
  value: string;
}

let ids = 0;
export const newOverride = (key = "", value = ""): OverrideRow => ({ id: ++ids, key, value });

/** As the service takes them; rows without a key are not meant yet. */
export const overridesOf = (rows: readonly OverrideRow[]): Overrides =>
  Object.fromEntries(rows.filter(({ key }) => key.trim()).map(({ key, value }) => [key.trim(), value]));

interface OverrideFieldsProps {
  rows: readonly OverrideRow[];
  onChange: (rows: OverrideRow[]) => void;
  /** The run's config: its keys are offered, and its values shown. */
  config: Record<string, unknown>;
}

/** Values of the config to be replaced, as YAML. */
export function OverrideFields({ rows, onChange, config }: OverrideFieldsProps) {
  const list = useId();
  const change = (changed: OverrideRow) => onChange(rows.map((row) => (row.id === changed.id ? changed : row)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">Changed settings</legend>
      <datalist id={list}>
        {keysOf(config).map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      {rows.map((row, index) => (
        <div key={row.id} className="flex items-center gap-2">
          <TextInput aria-label={`Setting ${index + 1}`} list={list} placeholder="setting" className="font-mono text-sm" value={row.key} onChange={(event) => change({ ...row, key: event.target.value })} />
          <TextInput
            aria-label={`New value of ${row.key || `setting ${index + 1}`}`}
            placeholder={valueAt(config, row.key)}
            className="font-mono text-sm"
            value={row.value}
            onChange={(event) => change({ ...row, value: event.target.value })}
          />
          <IconButton label={`Leave ${row.key || `setting ${index + 1}`} as it is`} onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
      ))}
      <div>
        <Button size="small" icon={<Plus aria-hidden className="size-4" />} onClick={() => onChange([...rows, newOverride()])}>
          Change a setting
        </Button>
      </div>
    </fieldset>
  );
}

/** Keys of a config, nested ones with dots. */
const keysOf = (config: Record<string, unknown>): string[] =>
  Object.entries(config).flatMap(([key, value]) => (isRecord(value) ? keysOf(value).map((inner) => `${key}.${inner}`) : [key]));

function valueAt(config: Record<string, unknown>, path: string): string {
  const value = path.split(".").reduce<unknown>((inside, key) => (isRecord(inside) ? inside[key] : undefined), config);
  return value === undefined ? "value" : `now ${inLine(value)}`;
}
