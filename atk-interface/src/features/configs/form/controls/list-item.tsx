import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useId, useState } from "react";
import { IconButton } from "@/components/button";
import { moveItem, removeItem, settingAt, type FieldOf } from "@/lib/yaml-config";
import { Control } from "../control";
import { useForm } from "../form-context";
import { itemField, innerField } from "../inner-fields";
import { InnerSettings } from "../inner-settings";
import { SettingRow } from "../setting-row";
import { useSetting } from "../use-setting";
import { useReached } from "../use-reached";

interface ListItemProps {
  list: FieldOf<"list">;
  index: number;
  length: number;
}

/** One value of a list, with buttons to move it and to take it out. */
export function ListItem({ list, index, length }: ListItemProps) {
  const { apply, waiting } = useForm();
  const field = itemField(list.path, index, list.item);
  const setting = useSetting(field);
  const row = useReached<HTMLLIElement>(setting.key);
  const id = useId();
  const name = `${list.title}, ${index + 1} of ${length}`;
  const move = (to: number) => apply(list.path, (text, schema) => moveItem(text, list.path, index, to, schema));
  const wrong = setting.mistakes.map(({ message }) => message).join("; ");
  const isCard = field.kind === "map" && field.fields.length > 0;
  const ties = { id, "aria-labelledby": `${id}-name`, "aria-describedby": wrong ? `${id}-wrong` : undefined, "aria-invalid": wrong ? (true as const) : undefined };
  return (
    <li ref={row} className={isCard ? "rounded-lg border border-line p-3" : ""}>
      <span id={`${id}-name`} className="sr-only">
        {name}
      </span>
      <div className="flex items-start gap-1">
        <div className="min-w-0 flex-1">{isCard ? <p className="py-1.5 font-medium">{index + 1}.</p> : <Control field={field} setting={setting} ties={ties} />}</div>
        <IconButton label={`Move up: ${name}`} disabled={waiting || index === 0} onClick={() => move(index - 1)}>
          <ArrowUp aria-hidden className="size-4" />
        </IconButton>
        <IconButton label={`Move down: ${name}`} disabled={waiting || index === length - 1} onClick={() => move(index + 1)}>
          <ArrowDown aria-hidden className="size-4" />
        </IconButton>
        <IconButton label={`Remove: ${name}`} disabled={waiting} onClick={() => apply(list.path, (text, schema) => removeItem(text, list.path, index, schema))}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      {isCard && <Card field={field} labelId={`${id}-name`} />}
      {wrong && (
        <p id={`${id}-wrong`} className="text-sm font-medium text-bad">
          {wrong}
        </p>
      )}
    </li>
  );
}

/** An item with settings of its own: those that it must have or has in sight, the others folded away. */
function Card({ field, labelId }: { field: FieldOf<"map">; labelId: string }) {
  const { model } = useForm();
  const isWritten = (name: string) => settingAt(model, [...field.path, name]) !== undefined;
  // As it was at first: a field must not move while somebody types into it.
  const [inSight] = useState(() => field.fields.filter(({ name, required }) => required || isWritten(name)).map(({ name }) => name));
  const others = field.fields.filter(({ name }) => !inSight.includes(name));
  return (
    <div role="group" aria-labelledby={labelId} className="flex flex-col gap-4">
      {field.fields
        .filter(({ name }) => inSight.includes(name))
        .map((inner) => (
          <SettingRow key={inner.name} field={innerField(field.path, inner)} />
        ))}
      {others.length > 0 && <InnerSettings label="More settings" path={field.path} fields={others} />}
    </div>
  );
}
