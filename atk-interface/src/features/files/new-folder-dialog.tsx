import { useState, type SubmitEvent } from "react";
import { useMakeFolder, type Root } from "@/api/files";
import { messageOf } from "@/api/problems";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, TextInput } from "@/components/field";
import { joinPath, tidyPath } from "@/lib/paths";

interface NewFolderDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  root: Root;
  folder: string;
  onMade: (path: string) => void;
}

export function NewFolderDialog({ open, onOpenChange, root, folder, onMade }: NewFolderDialogProps) {
  const [name, setName] = useState("");
  const make = useMakeFolder(root);
  const close = (next: boolean) => {
    if (!next) {
      setName("");
      make.reset();
    }
    onOpenChange(next);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const path = joinPath(folder, tidyPath(name));
    make.mutate(path, {
      onSuccess: () => {
        close(false);
        onMade(path);
      },
    });
  };
  return (
    <Dialog open={open} onOpenChange={close} title="New folder">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Name" hint={`In ${joinPath(root, folder)}. With slashes, folders in folders are made.`} error={make.error && messageOf(make.error)}>
          {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" placeholder="books" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={() => close(false)}>Not now</Button>
          <Button type="submit" variant="primary" busy={make.isPending} disabled={tidyPath(name) === ""}>
            Make folder
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
