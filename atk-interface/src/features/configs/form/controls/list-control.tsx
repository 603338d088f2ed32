import { Plus } from "lucide-react";
import { Button } from "@/components/button";
import { insertItem, setValue, type FieldOf, type YamlValue } from "@/lib/yaml-config";
import { Control, type ControlProps } from "../control";
import { firstValue } from "../first-value";
import { useForm } from "../form-context";
import { itemField } from "../inner-fields";
import { ListItem } from "./list-item";

/** Several values, in an order. */
export function ListControl({ field, setting, ties }: ControlProps<FieldOf<"list">>) {
  const { apply } = useForm();
  const { value } = setting;
  if (field.orSingle && !Array.isArray(value)) return <SingleOrList field={field} setting={setting} ties={ties} />;
  const items = Array.isArray(value) ? value : [];
  const standard: YamlValue[] = Array.isArray(field.default) ? field.default : [];
  const next = nextItem(field, items);
  const add = () => {
    if (setting.written) apply(field.path, (text, schema) => insertItem(text, field.path, items.length, next, schema));
    else setting.set([...standard, nextItem(field, standard)]);
  };
  return (
    <div role="group" {...ties} aria-invalid={undefined} className="flex flex-col gap-2">
      {items.length > 0 && (
        <ol className="flex flex-col gap-2">
          {items.map((_, index) => (
            <ListItem key={index} list={field} index={index} length={items.length} />
          ))}
        </ol>
      )}
      {!setting.written && standard.length > 0 && <p className="text-sm text-soft">{`The default has ${standard.length}: adding one writes them out, to change or remove.`}</p>}
      <Button size="small" className="self-start" icon={<Plus aria-hidden className="size-4" />} disabled={setting.waiting} onClick={add}>
        Add to {field.title.toLowerCase()}
      </Button>
    </div>
  );
}

/** A value that may also be several, as it is for one endpoint. */
function SingleOrList({ field, setting, ties }: ControlProps<FieldOf<"list">>) {
  const { apply } = useForm();
  const single = { ...field.item, path: field.path, title: field.title, name: field.name, default: field.default };
  const several = () => apply(field.path, (text, schema) => setValue(text, field.path, [setting.value ?? "", firstValue(field.item)], schema));
  return (
    <div className="flex flex-col gap-2">
      <Control field={single} setting={setting} ties={ties} />
      {setting.written && setting.value !== "" && (
        <Button size="small" variant="plain" className="self-start" icon={<Plus aria-hidden className="size-4" />} disabled={setting.waiting} onClick={several}>
          Use several
        </Button>
      )}
    </div>
  );
}

/** A new item: of choices, one that is not in the list yet. */
function nextItem({ item, path }: FieldOf<"list">, present: readonly YamlValue[]): YamlValue {
  if (item.kind === "choice") return item.choices.find((choice) => !present.includes(choice)) ?? item.choices[0] ?? null;
  return firstValue(itemField(path, present.length, item));
}
