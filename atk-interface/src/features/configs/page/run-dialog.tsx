import { Play } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { useNavigate } from "react-router";
import { useStartRun } from "@/api/runs";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, TextInput } from "@/components/field";
import { ProblemNote } from "@/components/problem-note";
import { CommandLine } from "./command-line";

interface RunDialogProps {
  path: string;
  unsaved: boolean;
  /** Whether the service has the text now. */
  save: () => Promise<boolean>;
  onClose: () => void;
}

/** Starts the run; name and tags only help to find it again. */
export function RunDialog({ path, unsaved, save, onClose }: RunDialogProps) {
  const [name, setName] = useState("");
  const [tags, setTags] = useState("");
  const [busy, setBusy] = useState(false);
  const start = useStartRun();
  const navigate = useNavigate();

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      if (unsaved && !(await save())) {
        onClose();
        return;
      }
      const run = await start.mutateAsync({ config: path, name: name.trim(), tags: tags.split(",").map((tag) => tag.trim()).filter(Boolean) });
      void navigate(`/runs/${run.id}`);
    } catch {
      // What the service says is shown below.
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Start this run"
      description={unsaved ? "Your edits are saved first. A run that was stopped goes on where it was: nothing is paid twice." : "A run that was stopped goes on where it was: nothing is paid twice."}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" form="start-run" variant="go" busy={busy} icon={<Play aria-hidden className="size-4" />}>
            {unsaved ? "Save and run" : "Run"}
          </Button>
        </>
      }
    >
      <form id="start-run" onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <Field label="Name (optional)" hint="What to call the run in the list.">
          {(ties) => <TextInput {...ties} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="Tags (optional)" hint="Words to find it by, with commas between them.">
          {(ties) => <TextInput {...ties} value={tags} onChange={(event) => setTags(event.target.value)} />}
        </Field>
        <CommandLine path={path} />
        {start.error && <ProblemNote error={start.error} title="The run was not started" />}
      </form>
    </Dialog>
  );
}
