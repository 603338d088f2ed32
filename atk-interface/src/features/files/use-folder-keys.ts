import { useShortcuts } from "@/lib/shortcuts";

interface FolderKeys {
  step: (by: number) => void;
  up: () => void;
  newFolder: () => void;
  toggleHidden: () => void;
}

/** Keys that work wherever the focus is; those for the entry itself work in the list only. */
export function useFolderKeys({ step, up, newFolder, toggleHidden }: FolderKeys): void {
  useShortcuts("Files", [
    { keys: "j", label: "Next entry (then Enter opens, Delete deletes, F2 renames)", run: () => step(1) },
    { keys: "k", label: "Entry before", run: () => step(-1) },
    { keys: "Backspace", label: "To the folder above", run: up },
    { keys: "n", label: "New folder", run: newFolder },
    { keys: ".", label: "Show or hide hidden files", run: toggleHidden },
  ]);
}
