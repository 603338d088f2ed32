import { Copy, Diff, MoreHorizontal, Pencil, RotateCcw } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/button";
import { Menu } from "@/components/menu";
import { CopyDialog } from "@/features/configs/tree/copy-dialog";
import { RenameDialog } from "@/features/configs/tree/rename-dialog";

interface ConfigMenuProps {
  path: string;
  unsaved: boolean;
  onCompare: () => void;
  onDiscard: () => void;
}

/** What else can be done with a config. */
export function ConfigMenu({ path, unsaved, onCompare, onDiscard }: ConfigMenuProps) {
  const [open, setOpen] = useState<"" | "rename" | "copy">("");
  return (
    <>
      <Menu
        items={[
          { label: "Compare …", icon: <Diff aria-hidden className="size-4" />, onSelect: onCompare },
          { label: "Copy …", icon: <Copy aria-hidden className="size-4" />, onSelect: () => setOpen("copy"), disabled: unsaved },
          { label: "Rename or move …", icon: <Pencil aria-hidden className="size-4" />, onSelect: () => setOpen("rename"), disabled: unsaved },
          { label: "Discard edits", icon: <RotateCcw aria-hidden className="size-4" />, onSelect: onDiscard, disabled: !unsaved, danger: true },
        ]}
      >
        <IconButton label={`More for ${path}`}>
          <MoreHorizontal aria-hidden className="size-5" />
        </IconButton>
      </Menu>
      {open === "rename" && <RenameDialog path={path} onClose={() => setOpen("")} andGoThere />}
      {open === "copy" && <CopyDialog template={path} onClose={() => setOpen("")} />}
    </>
  );
}
