import { removeValue, type Setting } from "@/lib/yaml-config";
import { Button } from "@/components/button";
import { mistakesAt } from "../document/place-mistakes";
import { useForm } from "./form-context";

/** A key that the pipeline does not have. */
export function UnknownSetting({ setting }: { setting: Setting }) {
  const { form, mistakes, apply, showLine, waiting } = useForm();
  const name = setting.path.join(".");
  const said = mistakesAt(mistakes, setting.path).map(({ message }) => message);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-r-lg border-l-3 border-warn pl-3">
      <span className="min-w-0 flex-1">
        <code className="font-mono text-sm font-medium">{name}</code>{" "}
        <span className="text-sm text-soft">{form.takesAnything ? "is handed to the pipeline as it is." : (said.join("; ") || "is no setting of this pipeline.")}</span>
      </span>
      <Button size="small" variant="plain" aria-label={`line ${setting.line}: ${name}`} onClick={() => showLine(setting.line)}>
        line {setting.line}
      </Button>
      <Button size="small" disabled={waiting} aria-label={`Remove ${name}`} onClick={() => apply(setting.path, (text, schema) => removeValue(text, setting.path, schema))}>
        Remove
      </Button>
    </div>
  );
}
