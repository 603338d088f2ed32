import { useState } from "react";
import { useRetryFailed } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { FormDialog } from "@/components/form-dialog";
import { ModelOverride } from "@/components/model-override";
import { modelOverrides, useModelSettings } from "@/components/model-settings";
import { counted } from "@/lib/format";

/** Ask again for the records that failed: the same model, or another one. */
export function RetryDialog({ run, onClose }: { run: RunDetails; onClose: () => void }) {
  const settings = useModelSettings(run);
  const [models, setModels] = useState<Record<string, string>>({});
  const retry = useRetryFailed();
  return (
    <FormDialog
      title={`Retry ${counted(run.figures.failed, "failed record")}`}
      description="Only these are asked again; all else stays as it is. Single ones can be chosen in the tab Failed."
      action={`Retry ${counted(run.figures.failed, "record")}`}
      onClose={onClose}
      onSubmit={() => retry.mutateAsync({ id: run.id, overrides: modelOverrides(models) })}
    >
      {settings.map((name) => (
        <ModelOverride key={name} label={`Another model for ${name}`} now={run.config[name]} value={models[name] ?? ""} onChange={(model) => setModels({ ...models, [name]: model })} />
      ))}
    </FormDialog>
  );
}
