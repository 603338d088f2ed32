import { ListFilter } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Button } from "@/components/button";
import { Checkbox, TextInput } from "@/components/field";
import { counted } from "@/lib/format";
import { groupFields, settingAt, type ConfigModel, type Field } from "@/lib/yaml-config";
import { useForm } from "./form-context";
import { SettingRow } from "./setting-row";
import { UnknownSetting } from "./unknown-setting";

/** Every setting of the pipeline, under the headings of the text. */
export function ConfigForm({ template }: { template: ConfigModel }) {
  const { form, model, waiting, target, showLine } = useForm();
  const [wanted, setWanted] = useState("");
  const [onlySet, setOnlySet] = useState(false);
  const words = useDeferredValue(wanted).trim().toLowerCase();
  // Where to go comes before what was hidden.
  const goingTo = target?.key.split(".")[0];
  const isShown = (field: Field): boolean =>
    field.name === goingTo || ((!onlySet || settingAt(model, field.path) !== undefined) && (words === "" || says(field, words)));
  const groups = groupFields(form, model, template)
    .map((group) => ({ ...group, fields: group.fields.filter(isShown), unknown: words ? [] : group.unknown }))
    .filter(({ fields, unknown }) => fields.length + unknown.length > 0);
  const problem = model.problems[0];

  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="relative min-w-44 flex-1">
          <ListFilter aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-soft" />
          <TextInput type="search" aria-label="Find a setting" placeholder="Find a setting" className="pl-9" value={wanted} onChange={(event) => setWanted(event.target.value)} />
        </div>
        <Checkbox checked={onlySet} onChange={(event) => setOnlySet(event.target.checked)}>
          Only what is set
        </Checkbox>
      </div>
      {waiting && (
        <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-warn px-3 py-2 text-sm">
          <span className="min-w-0 flex-1">
            The form waits: line {problem?.line ?? 1} of the text is not YAML yet. {problem?.message}
          </span>
          <Button size="small" onClick={() => showLine(problem?.line ?? 1)}>
            Go to line {problem?.line ?? 1}
          </Button>
        </div>
      )}
      {groups.map(({ heading, fields, unknown }) => (
        <section key={heading} className="flex flex-col gap-5" aria-label={heading || "Settings under no heading"}>
          {heading && <h3 className="border-b border-line pb-1 font-semibold text-hue">{heading}</h3>}
          {fields.map((field) => (
            <SettingRow key={field.name} field={field} />
          ))}
          {unknown.map((setting) => (
            <UnknownSetting key={setting.path.join(".")} setting={setting} />
          ))}
        </section>
      ))}
      {groups.length === 0 && (
        <p className="text-soft">
          {words ? `No setting says “${wanted}”. ` : "The text sets nothing yet. "}
          The pipeline has {counted(form.fields.length, "setting")}.
        </p>
      )}
    </div>
  );
}

const says = (field: Field, words: string): boolean => `${field.name} ${field.title} ${field.description}`.toLowerCase().includes(words);
