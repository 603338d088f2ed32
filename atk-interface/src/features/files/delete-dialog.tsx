import { useInfiniteQuery } from "@tanstack/react-query";
import { folderQuery, useDeleteEntry, type Root } from "@/api/files";
import type { Entry } from "@/api/schema";
import { Confirm } from "@/components/confirm";
import { bytes, counted } from "@/lib/format";
import { joinPath } from "@/lib/paths";

interface DeleteDialogProps {
  onClose: () => void;
  root: Root;
  entry: Entry;
  onDeleted: () => void;
}

export function DeleteDialog({ onClose, root, entry, onDeleted }: DeleteDialogProps) {
  const remove = useDeleteEntry(root);
  const word = entry.kind === "folder" ? "folder" : entry.kind === "file" ? "file" : "link";
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title={`Delete the ${word} ${entry.name}?`}
      action={`Delete ${word}`}
      onConfirm={async () => {
        await remove.mutateAsync(entry.path);
        onDeleted();
      }}
    >
      <p className="font-mono text-sm break-all">{joinPath(root, entry.path)}</p>
      <p className="mt-2">
        {entry.kind === "folder" ? <FolderContent root={root} path={entry.path} /> : entry.kind === "file" ? `${bytes(entry.size)}. ` : "Only the link goes; what it leads to stays. "}
        There is no way back.
      </p>
    </Confirm>
  );
}

/** How much goes with a folder. Hidden files go too, so they count. */
function FolderContent({ root, path }: { root: Root; path: string }) {
  const { data, error } = useInfiniteQuery(folderQuery(root, path, true));
  const total = data?.pages[0]?.total;
  if (error) return "Everything in it goes too. ";
  if (total === undefined) return "Looking what is in it … ";
  return total === 0 ? "It is empty. " : `${counted(total, "entry", "entries")} directly in it, and all below them, go too. `;
}
