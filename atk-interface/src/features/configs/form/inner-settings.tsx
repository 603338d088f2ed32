import { settingAt, type Field, type KeyPath } from "@/lib/yaml-config";
import { keyOf } from "../document/place-mistakes";
import { Disclosure } from "./disclosure";
import { useForm } from "./form-context";
import { innerField } from "./inner-fields";
import { SettingRow } from "./setting-row";

interface InnerSettingsProps {
  label: string;
  path: KeyPath;
  fields: readonly Field[];
  children?: React.ReactNode;
}

/** The settings of a mapping, folded away. */
export function InnerSettings({ label, path, fields, children }: InnerSettingsProps) {
  const { model, mistakes, target } = useForm();
  const inner = fields.map((field) => innerField(path, field));
  const count = inner.filter((field) => settingAt(model, field.path) !== undefined).length;
  const keys = inner.map((field) => keyOf(field.path));
  const within = (key: string) => keys.some((each) => key === each || key.startsWith(`${each}.`));
  const wrong = mistakes.filter(({ key }) => within(key)).length;
  return (
    <Disclosure
      label={label}
      note={
        <>
          {wrong > 0 && <span className="font-medium text-bad">{wrong} wrong · </span>}
          {count > 0 ? `${count} set` : "all default"}
        </>
      }
      forced={target !== null && within(target.key)}
    >
      {() => (
        <div className="flex flex-col gap-4">
          {inner.map((field) => (
            <SettingRow key={field.name} field={field} />
          ))}
          {children}
        </div>
      )}
    </Disclosure>
  );
}
