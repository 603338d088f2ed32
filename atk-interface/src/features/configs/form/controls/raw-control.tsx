import { TextArea } from "@/components/field";
import { valueOfYaml, yamlOf, type YamlValue } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { useTyped, type Read } from "../use-typed";
import { Pending } from "./text-control";

/** What the schema says no more of: YAML as it is written. */
export function RawControl({ setting, ties }: Pick<ControlProps, "setting" | "ties">) {
  const show = (value: YamlValue | undefined): string => (value === undefined ? "" : yamlOf(value));
  const read = (typed: string): Read<YamlValue> => {
    const found = valueOfYaml(typed);
    return found.ok ? found : { ok: false, reason: `Not saved yet: ${found.reason}` };
  };
  const typed = useTyped({ shown: show(setting.value), read, show, commit: setting.set });
  return (
    <>
      <TextArea
        {...ties}
        className="font-mono text-sm"
        rows={Math.min(12, Math.max(1, typed.text.split("\n").length))}
        spellCheck={false}
        value={typed.text}
        disabled={setting.waiting}
        onChange={(event) => typed.change(event.target.value)}
      />
      {typed.reason && <Pending reason={typed.reason} />}
    </>
  );
}
