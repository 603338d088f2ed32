import { useState } from "react";
import { useResumeRun } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { FormDialog } from "@/components/form-dialog";
import { newOverride, OverrideFields, overridesOf } from "@/features/runs/actions/override-fields";

/** Go on with a run, with a raised limit or another model if wanted. */
export function ResumeDialog({ run, onClose }: { run: RunDetails; onClose: () => void }) {
  const [rows, setRows] = useState(() => usualChanges(run));
  const resume = useResumeRun();
  return (
    <FormDialog
      title={`Resume ${run.name}`}
      description="It goes on where it stopped, and nothing is paid twice. Raise a limit or take another model on the way, if you like."
      action="Resume from here"
      variant="go"
      onClose={onClose}
      onSubmit={() => resume.mutateAsync({ id: run.id, overrides: overridesOf(rows.filter(({ value }) => value.trim())) })}
    >
      <OverrideFields rows={rows} onChange={setRows} config={run.config} />
      <p className="text-sm text-soft">What is left empty stays as it is.</p>
    </FormDialog>
  );
}

/** The settings that a resumed run most often needs changed: its limits, and its models. */
function usualChanges({ config }: RunDetails) {
  const keys = Object.keys(config).filter((key) => key === "max_cost" || key === "model" || key.endsWith("_model"));
  return keys.map((key) => newOverride(key));
}
