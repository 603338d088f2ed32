import { useState } from "react";
import { makesRows } from "@/api/run-figures";
import { useDeleteRun } from "@/api/runs";
import { isProblemWith } from "@/api/problems";
import type { Run } from "@/api/schema";
import { Checkbox } from "@/components/field";
import { toast } from "@/components/toasts";
import { FormDialog } from "@/components/form-dialog";
import { counted, dollars } from "@/lib/format";

/** Take a run out of the list, with all that it has made or without. */
export function DeleteDialog({ run, onClose, onDeleted }: { run: Run; onClose: () => void; onDeleted: () => void }) {
  const [files, setFiles] = useState(true);
  const [isLeft, setLeft] = useState(false);
  const remove = useDeleteRun();

  const submit = async () => {
    try {
      await remove.mutateAsync({ id: run.id, files });
    } catch (error) {
      setLeft(isProblemWith(error, "folder-remains"));
      throw error;
    }
    toast({ tone: "info", title: `${run.name} is deleted`, detail: files ? `${run.folder} with it.` : `${run.folder} is kept.` });
    onDeleted();
  };

  return (
    <FormDialog
      title={`Delete ${run.name}?`}
      description={
        <>
          {makesRows(run) ? `It has ${counted(run.figures.rows, "row")}, for ${dollars(run.figures.cost)}. ` : "What it has made goes with its folder. "}This cannot be taken back.
        </>
      }
      action={files ? "Delete run and files" : "Delete run, keep files"}
      variant="danger"
      onClose={onClose}
      onSubmit={submit}
    >
      <Checkbox checked={files} onChange={(event) => setFiles(event.target.checked)}>
        <span>
          Delete its folder <code className="font-mono break-all">{run.folder}</code> too
        </span>
      </Checkbox>
      {!files && !isLeft && <p className="text-sm text-soft">A folder below outputs/ would bring the run back into the list, so the service deletes such a run only with its files.</p>}
    </FormDialog>
  );
}
