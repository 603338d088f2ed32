import { useState } from "react";
import { useMoveEntry, type Root } from "@/api/files";
import type { Entry } from "@/api/schema";
import { Field, TextInput } from "@/components/field";
import { FolderChoice } from "@/components/folder-choice";
import { FormDialog } from "@/components/form-dialog";
import { toast } from "@/components/toasts";
import { isWithin, joinPath, nameOf, parentOf } from "@/lib/paths";

interface MoveDialogProps {
  onClose: () => void;
  root: Root;
  entry: Entry;
  onMoved: () => void;
}

/** Another name, another folder, or both. */
export function MoveDialog({ onClose, root, entry, onMoved }: MoveDialogProps) {
  const [name, setName] = useState(entry.name);
  const [folder, setFolder] = useState(parentOf(entry.path));
  const move = useMoveEntry(root);
  const to = joinPath(folder, name.trim());
  const intoItself = entry.kind === "folder" && isWithin(folder, entry.path);

  const submit = async () => {
    await move.mutateAsync({ path: entry.path, to });
    toast({ tone: "good", title: `${entry.name} is now ${nameOf(to)}`, detail: `In ${joinPath(root, folder)}` });
    onMoved();
  };
  return (
    <FormDialog
      title={`Rename or move ${entry.name}`}
      description="Configs that name its old place will not find it any more."
      action={folder === parentOf(entry.path) ? "Rename" : "Move"}
      disabled={to === entry.path || name.trim() === "" || name.includes("/") || intoItself}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Name" error={name.includes("/") && "A name has no slash: choose the folder below."}>
        {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" spellCheck={false} />}
      </Field>
      <FolderChoice label="In this folder" root={root} folder={folder} onFolder={setFolder} />
      {intoItself && <p className="font-medium text-bad">A folder cannot be moved into itself.</p>}
    </FormDialog>
  );
}
