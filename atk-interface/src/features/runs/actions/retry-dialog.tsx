import { useState } from "react";
import { useRetryFailed } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Field, TextInput } from "@/components/field";
import { FormDialog } from "@/features/runs/actions/form-dialog";
import { counted } from "@/lib/format";

/** Ask again for the records that failed: the same model, or another one. */
export function RetryDialog({ run, onClose }: { run: RunDetails; onClose: () => void }) {
  const keys = Object.keys(run.config).filter((key) => key === "model" || key.endsWith("_model"));
  const [models, setModels] = useState<Record<string, string>>({});
  const retry = useRetryFailed();
  const chosen = Object.fromEntries(Object.entries(models).filter(([, model]) => model.trim()));
  return (
    <FormDialog
      title={`Retry ${counted(run.figures.failed, "failed record")}`}
      description="Only these are asked again; all else stays as it is. Single ones can be chosen in the tab Failed."
      action={`Retry ${counted(run.figures.failed, "record")}`}
      onClose={onClose}
      onSubmit={() => retry.mutateAsync({ id: run.id, overrides: chosen })}
    >
      {keys.length === 0 && <p>This pipeline uses no model that could be replaced.</p>}
      {keys.map((key) => (
        <Field key={key} label={`Another model for ${key}`} hint="Such as ollama:qwen3:8b. Leave it empty for the same one.">
          {(ties) => (
            <TextInput {...ties} className="font-mono" placeholder={nameOf(run.config[key])} value={models[key] ?? ""} onChange={(event) => setModels({ ...models, [key]: event.target.value })} />
          )}
        </Field>
      ))}
    </FormDialog>
  );
}

const nameOf = (model: unknown): string => (typeof model === "string" ? model : JSON.stringify(model ?? null));
