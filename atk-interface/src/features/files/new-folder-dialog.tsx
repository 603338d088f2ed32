import { useState } from "react";
import { useMakeFolder, type Root } from "@/api/files";
import { Field, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { joinPath, tidyPath } from "@/lib/paths";

interface NewFolderDialogProps {
  onClose: () => void;
  root: Root;
  folder: string;
  onMade: (path: string) => void;
}

export function NewFolderDialog({ onClose, root, folder, onMade }: NewFolderDialogProps) {
  const [name, setName] = useState("");
  const make = useMakeFolder(root);
  const path = joinPath(folder, tidyPath(name));
  const submit = async () => {
    await make.mutateAsync(path);
    onMade(path);
  };
  return (
    <FormDialog title="New folder" action="Make folder" disabled={tidyPath(name) === ""} onSubmit={submit} onClose={onClose}>
      <Field label="Name" hint={`In ${joinPath(root, folder)}. With slashes, folders in folders are made.`}>
        {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" placeholder="books" />}
      </Field>
    </FormDialog>
  );
}
