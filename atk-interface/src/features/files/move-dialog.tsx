import { useState, type SubmitEvent } from "react";
import { useMoveEntry, type Root } from "@/api/files";
import { messageOf } from "@/api/problems";
import type { Entry } from "@/api/schema";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, TextInput } from "@/components/field";
import { FolderChoice } from "@/components/folder-choice";
import { toast } from "@/components/toasts";
import { isWithin, joinPath, nameOf, parentOf } from "@/lib/paths";

interface MoveDialogProps {
  onOpenChange: (open: boolean) => void;
  root: Root;
  entry: Entry;
  onMoved: () => void;
}

/** Another name, another folder, or both. */
export function MoveDialog({ onOpenChange, root, entry, onMoved }: MoveDialogProps) {
  const [name, setName] = useState(entry.name);
  const [folder, setFolder] = useState(parentOf(entry.path));
  const move = useMoveEntry(root);
  const to = joinPath(folder, name.trim());
  const intoItself = entry.kind === "folder" && isWithin(folder, entry.path);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    move.mutate(
      { path: entry.path, to },
      {
        onSuccess: () => {
          toast({ tone: "good", title: `${entry.name} is now ${nameOf(to)}`, detail: `In ${joinPath(root, folder)}` });
          onOpenChange(false);
          onMoved();
        },
      },
    );
  };
  return (
    <Dialog open onOpenChange={onOpenChange} title={`Rename or move ${entry.name}`} description="Configs that name its old place will not find it any more.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" error={name.includes("/") && "A name has no slash: choose the folder below."}>
          {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" spellCheck={false} />}
        </Field>
        <FolderChoice label="In this folder" root={root} folder={folder} onFolder={setFolder} />
        {intoItself && <p className="font-medium text-bad">A folder cannot be moved into itself.</p>}
        {move.error && (
          <p role="alert" className="font-medium text-bad">
            {messageOf(move.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Not now</Button>
          <Button type="submit" variant="primary" busy={move.isPending} disabled={to === entry.path || name.trim() === "" || name.includes("/") || intoItself}>
            {folder === parentOf(entry.path) ? "Rename" : "Move"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
