import { useState } from "react";
import type { Root } from "@/api/files";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, TextInput } from "@/components/field";
import { FolderChoice } from "@/components/folder-choice";
import { isWithin, joinPath, parentOf, tidyPath } from "@/lib/paths";

interface PathPickerProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  root: Root;
  /** What may be chosen. */
  kind?: "folder" | "file" | "either";
  /** As configs write it, `inputs/books`: where the picker opens. Paths elsewhere are kept until another is chosen. */
  value?: string;
  title?: string;
  /** The choice as configs write it: "inputs/books", with its root. */
  onPick: (path: string) => void;
}

/** Choose a folder or file below inputs/, outputs/ or models/, or write its path: it need not exist yet. */
export function PathPicker({ open, onOpenChange, ...rest }: PathPickerProps) {
  const { kind = "folder", title = kind === "file" ? "Choose a file" : "Choose a folder" } = rest;
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title}>
      {open && <Choice {...rest} kind={kind} onClose={() => onOpenChange(false)} />}
    </Dialog>
  );
}

function Choice({ root, kind, value = "", onPick, onClose }: Pick<PathPickerProps, "root" | "value" | "onPick"> & { kind: "folder" | "file" | "either"; onClose: () => void }) {
  const inRoot = isWithin(tidyPath(value), root) ? tidyPath(value).slice(root.length + 1) : "";
  const [typed, setTyped] = useState(value || root);
  const [folder, setFolder] = useState(kind === "folder" ? inRoot : parentOf(inRoot));
  const path = tidyPath(typed);
  const pick = (next: string) => {
    onPick(next);
    onClose();
  };
  const enter = (next: string) => {
    setFolder(next);
    if (kind !== "file") setTyped(joinPath(root, next));
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation(); // the form that asks may be around this one
        if (typed.trim() !== "") pick(typed.trim()); // as it was written: absolute paths are for configs to judge
      }}
    >
      <FolderChoice
        label="Look in"
        root={root}
        folder={folder}
        onFolder={enter}
        {...(kind !== "folder" && { file: path.slice(root.length + 1), onFile: (file: string) => setTyped(joinPath(root, file)) })}
      />
      <Field label={kind === "file" ? "File" : "Path"} hint="Choose above, or write it; it need not exist yet.">
        {(ties) => <TextInput {...ties} className="font-mono" value={typed} onChange={(event) => setTyped(event.target.value)} spellCheck={false} autoComplete="off" />}
      </Field>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Not now</Button>
        <Button type="submit" variant="primary" disabled={typed.trim() === ""}>
          Use this {kind === "either" ? "path" : kind}
        </Button>
      </div>
    </form>
  );
}
