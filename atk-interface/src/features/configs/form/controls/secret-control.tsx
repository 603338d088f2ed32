import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { secretsQuery } from "@/api/secrets";
import { Select, TextInput } from "@/components/field";
import type { FieldOf } from "@/lib/yaml-config";
import { isPlainKey, looksLikeKey } from "@/features/configs/document/plain-keys";
import type { ControlProps } from "../control";
import { itemField } from "../inner-fields";
import { useTyped, type Read } from "../use-typed";
import { ListControl } from "./list-control";
import { NewSecret } from "./new-secret";
import { lettersOf, Pending } from "./text-control";

const SECRET = /^secret:\/\/(.+)$/;

/** A key: by the name of a secret or a variable. What it is never stands in the text. */
export function SecretControl({ field, setting, ties }: ControlProps<FieldOf<"secret">>) {
  if (Array.isArray(setting.value)) {
    const item = itemField(field.path, 0, { ...field, kind: "secret", several: false, nullable: false });
    return <ListControl field={{ ...field, kind: "list", item, orSingle: false }} setting={setting} ties={ties} />;
  }
  if (isPlainKey(setting.value)) return <PlainKey value={setting.value} field={field} setting={setting} ties={ties} />;
  return <KeyReference field={field} setting={setting} ties={ties} />;
}

function KeyReference({ field, setting, ties }: ControlProps<FieldOf<"secret">>) {
  const { data } = useQuery(secretsQuery);
  const [asked, setAsked] = useState<"" | "variable" | "new">("");
  const reference = lettersOf(setting.value);
  const secret = SECRET.exec(reference)?.[1];
  const names = [...new Set([...(data?.items ?? []).map(({ name }) => name), ...(secret ? [secret] : [])])];
  const isVariable = asked === "variable" || (asked === "" && reference !== "" && !secret);
  const choose = (choice: string) => {
    setAsked(choice === "variable" || choice === "new" ? choice : "");
    if (choice === "") setting.reset();
    if (choice.startsWith("secret:")) setting.set(choice);
  };
  return (
    <>
      <Select
        {...ties}
        className="max-w-96"
        value={asked === "new" ? "new" : isVariable ? "variable" : reference}
        disabled={setting.waiting}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">None{field.required ? "" : ": as the provider's own"}</option>
        {names.map((name) => (
          <option key={name} value={`secret://${name}`}>
            {name}
          </option>
        ))}
        <option value="variable">From a variable …</option>
        <option value="new">Add a secret …</option>
      </Select>
      {isVariable && <VariableName setting={setting} reference={reference} />}
      {asked === "new" && (
        <NewSecret
          suggested={suggestedName(field.path.map(String))}
          onSaved={(name) => {
            setAsked("");
            setting.set(`secret://${name}`);
          }}
        />
      )}
    </>
  );
}

function VariableName({ setting, reference }: Pick<ControlProps, "setting"> & { reference: string }) {
  const read = (typed: string): Read<string> => {
    const name = /^(?:\$\{)?(\w+)\}?$/.exec(typed.trim())?.[1];
    if (looksLikeKey(typed)) return { ok: false, reason: "That looks like a key itself: choose “Add a secret …” above, so that it is kept safe." };
    return name && !/^\d/.test(name) ? { ok: true, value: `\${${name}}` } : { ok: false, reason: "Write the variable's name, such as OPENAI_API_KEY." };
  };
  const shown = SECRET.test(reference) ? "" : reference;
  const typed = useTyped({ shown, read, show: (value) => value, commit: setting.set });
  return (
    <>
      <TextInput aria-label="Name of the variable" className="max-w-96 font-mono text-sm" autoComplete="off" spellCheck={false} placeholder="OPENAI_API_KEY" value={typed.text} disabled={setting.waiting} onChange={(event) => typed.change(event.target.value)} />
      {typed.reason && <Pending reason={typed.reason} />}
    </>
  );
}

/** A key that stands in the text. It is not shown again here, and one press moves it to where it is safe. */
function PlainKey({ value, field, setting, ties }: ControlProps<FieldOf<"secret">> & { value: string }) {
  return (
    <div role="group" {...ties} aria-invalid={undefined} className="flex flex-col gap-2 rounded-lg border border-warn p-3">
      <p className="text-sm">
        <strong className="font-semibold text-warn">This would be saved in plain text: keep it as a secret.</strong> The config then only names it, and can be shown to anybody.
      </p>
      <NewSecret suggested={suggestedName(field.path.map(String))} value={value} onSaved={(name) => setting.set(`secret://${name}`)} />
    </div>
  );
}

/** `small_model.api_key` as `small-model`. */
export function suggestedName(path: readonly string[]): string {
  const words = path.filter((part) => !/^(?:api_?key|\d+)$/.test(part));
  return words.join("-").replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "") || "key";
}
