import { Download, Ellipsis, Eye, EyeOff, FilePlus2, FolderInput, FolderPlus, Pencil, Trash2 } from "lucide-react";
import { useRef } from "react";
import { Button, IconButton } from "@/components/button";
import { Menu, type MenuItem } from "@/components/menu";
import type { FolderPlace } from "@/features/files/folder-place";
import type { AddUploads } from "@/features/files/uploads/use-add-uploads";
import { readChosen } from "@/lib/drop";

interface FolderToolsProps {
  place: FolderPlace;
  /** None where nothing can be uploaded. */
  adding?: AddUploads;
  onNewFolder: () => void;
  onDownload: () => void;
  /** None for the folder that everything lies in. */
  onMove?: () => void;
  onDelete?: () => void;
}

/** What can be done with the folder that one is in. */
export function FolderTools({ place, adding, onNewFolder, onDownload, onMove, onDelete }: FolderToolsProps) {
  const items: MenuItem[] = [
    { label: "New folder", icon: <FolderPlus aria-hidden className="size-4" />, onSelect: onNewFolder },
    { label: "Download this folder as zip", icon: <Download aria-hidden className="size-4" />, onSelect: onDownload },
    {
      label: place.hidden ? "Leave out hidden files" : "Show hidden files",
      icon: place.hidden ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />,
      onSelect: () => place.setHidden(!place.hidden),
    },
  ];
  if (onMove) items.push({ label: "Rename or move this folder", icon: <Pencil aria-hidden className="size-4" />, onSelect: onMove });
  if (onDelete) items.push({ label: "Delete this folder", icon: <Trash2 aria-hidden className="size-4" />, onSelect: onDelete, danger: true });
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {adding && <Choosers adding={adding} />}
      <Menu items={items}>
        <IconButton label="More for this folder">
          <Ellipsis aria-hidden className="size-5" />
        </IconButton>
      </Menu>
    </div>
  );
}

/** Every browser knows it, React's types do not. */
const WHOLE_FOLDER = { webkitdirectory: "" };

/** The browser's own dialogs, for files and for a folder with everything in it. */
function Choosers({ adding }: { adding: AddUploads }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    adding.add(readChosen(input.files));
    input.value = ""; // so that the same choice counts a second time
  };
  return (
    <>
      <input ref={files} type="file" multiple hidden aria-label="Files to upload" onChange={(event) => take(event.currentTarget)} />
      <input ref={folder} type="file" {...WHOLE_FOLDER} hidden aria-label="Folder to upload" onChange={(event) => take(event.currentTarget)} />
      <Button size="small" icon={<FilePlus2 aria-hidden className="size-4" />} onClick={() => files.current?.click()}>
        Choose files
      </Button>
      <Button size="small" icon={<FolderInput aria-hidden className="size-4" />} onClick={() => folder.current?.click()} title="Browsers leave out empty folders here; drop the folder to keep those too.">
        Choose folder
      </Button>
    </>
  );
}
