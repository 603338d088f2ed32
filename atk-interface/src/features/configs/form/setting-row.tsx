import clsx from "clsx";
import { useId } from "react";
import type { Field, Setting } from "@/lib/yaml-config";
import { Control } from "./control";
import { useForm } from "./form-context";
import { SettingTitle } from "./setting-title";
import { useReached } from "./use-reached";
import { useSetting } from "./use-setting";

/** One setting: what it is called, what it does, its control, its default, its line, and what is wrong with it. */
export function SettingRow({ field }: { field: Field }) {
  const { active, onField } = useForm();
  const setting = useSetting(field);
  const { written, key } = setting;
  const row = useReached<HTMLDivElement>(key);
  const id = useId();
  // What is to be filled in is said already, more kindly.
  const wrong = written?.placeholder ? [] : setting.mistakes;
  const ties = {
    id,
    "aria-labelledby": `${id}-title`,
    "aria-describedby": wrong.length > 0 ? `${id}-about ${id}-wrong` : `${id}-about`,
    "aria-invalid": wrong.length > 0 ? (true as const) : undefined,
  };
  return (
    // The focus of the controls inside is told on; nothing here is pressed.
    <div
      ref={row}
      role="presentation"
      data-setting={key}
      onFocus={(event) => {
        event.stopPropagation();
        onField(field.path);
      }}
      className={clsx("flex min-w-0 scroll-mt-44 flex-col gap-1 rounded-r-lg border-l-3 pl-3 transition-colors", edge(written, active === key || active.startsWith(`${key}.`)))}
    >
      <SettingTitle field={field} setting={setting} id={id} titleId={`${id}-title`} />
      <About id={`${id}-about`} field={field} written={written} />
      <div data-control className="flex min-w-0 flex-col gap-1 pt-0.5">
        <Control field={field} setting={setting} ties={ties} />
      </div>
      {wrong.length > 0 && (
        <p id={`${id}-wrong`} className="text-sm font-medium text-bad">
          {wrong.map(({ message }) => message).join("; ")}
        </p>
      )}
    </div>
  );
}

function edge(written: Setting | undefined, isActive: boolean): string {
  if (written?.placeholder) return "border-ember";
  if (isActive) return "border-hue bg-hue-soft/40";
  return written ? "border-line" : "border-transparent";
}

function About({ id, field, written }: { id: string; field: Field; written: Setting | undefined }) {
  return (
    <p id={id} className="text-sm text-soft">
      {written?.placeholder && <strong className="font-semibold text-ember">To fill in. </strong>}
      {written?.alias && `Written as *${written.alias}: an edit here gives it a value of its own. `}
      {written?.merged && "Comes from another part of the text. "}
      {field.description} <DefaultNote field={field} />
    </p>
  );
}

function DefaultNote({ field }: { field: Field }) {
  if (field.required) return <span className="whitespace-nowrap">Must be given.</span>;
  if (!field.defaultText || field.kind === "nested" || field.kind === "map") return null;
  return (
    <span>
      default: <code className="font-mono text-xs break-words">{field.defaultText}</code>
    </span>
  );
}
