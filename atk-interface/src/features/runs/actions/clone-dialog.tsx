import { useState } from "react";
import { useNavigate } from "react-router";
import { useCloneRun } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Checkbox, Field, TextInput } from "@/components/field";
import { toast } from "@/components/toasts";
import { FormDialog } from "@/components/form-dialog";
import { OverrideFields, overridesOf, type OverrideRow } from "@/features/runs/actions/override-fields";

/** The same config again, in a folder of its own. */
export function CloneDialog({ run, onClose }: { run: RunDetails; onClose: () => void }) {
  const [name, setName] = useState("");
  const [outputDir, setOutputDir] = useState("");
  const [start, setStart] = useState(true);
  const [rows, setRows] = useState<OverrideRow[]>([]);
  const clone = useCloneRun();
  const navigate = useNavigate();

  const submit = async () => {
    const made = await clone.mutateAsync({ id: run.id, name: name.trim(), outputDir: outputDir.trim(), start, overrides: overridesOf(rows) });
    toast({ tone: "good", title: `${made.name} is there`, detail: start ? "It is queued." : "It waits, paused, until you resume it." });
    void navigate(`/runs/${made.id}`);
  };

  return (
    <FormDialog title={`Clone ${run.name}`} description="A new run with this config. The run itself stays as it is." action={start ? "Clone and start" : "Clone"} onClose={onClose} onSubmit={submit}>
      <Field label="Name" hint="Empty: that of its folder.">
        {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Folder below outputs/" hint="Empty: a free one beside this run's.">
        {(ties) => <TextInput {...ties} className="font-mono" value={outputDir} onChange={(event) => setOutputDir(event.target.value)} />}
      </Field>
      <OverrideFields rows={rows} onChange={setRows} config={run.config} />
      <Checkbox checked={start} onChange={(event) => setStart(event.target.checked)}>
        Start it at once
      </Checkbox>
    </FormDialog>
  );
}
