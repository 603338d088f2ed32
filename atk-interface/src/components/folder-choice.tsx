import { useInfiniteQuery } from "@tanstack/react-query";
import { CornerLeftUp, File, Folder } from "lucide-react";
import { useId } from "react";
import { folderQuery, type Root } from "@/api/files";
import type { Entry } from "@/api/schema";
import { Loaded, Skeleton } from "@/components/loading";
import { ShowMore } from "@/components/show-more";
import { joinPath, parentOf } from "@/lib/paths";

interface FolderChoiceProps {
  label: string;
  root: Root;
  /** The folder one is in, which is the one that is chosen. */
  folder: string;
  onFolder: (folder: string) => void;
  /** Given: files are shown and can be chosen too. */
  onFile?: (path: string) => void;
  /** The file that is chosen. */
  file?: string;
}

const row = "flex min-h-9 w-full items-center gap-2.5 rounded-md px-2.5 text-left hover:bg-raised";

/** Go through folders to the one that is meant. */
export function FolderChoice({ label, root, folder, onFolder, onFile, file = "" }: FolderChoiceProps) {
  const id = useId();
  const query = useInfiniteQuery(folderQuery(root, folder));
  return (
    <div role="group" aria-labelledby={id} className="flex min-w-0 flex-col gap-1">
      <p id={id} className="text-sm font-medium">
        {label}: <span className="font-mono break-all">{joinPath(root, folder)}</span>
      </p>
      <ul className="h-60 overflow-y-auto rounded-lg border border-edge p-1">
        {folder !== "" && (
          <li>
            <button type="button" className={row} onClick={() => onFolder(parentOf(folder))}>
              <CornerLeftUp aria-hidden className="size-4 text-soft" />
              To the folder above
            </button>
          </li>
        )}
        <Loaded query={query} placeholder={<Skeleton className="m-1 h-28" />}>
          {({ pages }) => <Choices entries={pages.flatMap(({ items }) => items)} file={file} onFolder={onFolder} {...(onFile && { onFile })} />}
        </Loaded>
        {query.hasNextPage && (
          <li>
            <ShowMore query={query} className="p-1" />
          </li>
        )}
      </ul>
    </div>
  );
}

function Choices({ entries, file, onFolder, onFile }: { entries: Entry[]; file: string } & Pick<FolderChoiceProps, "onFolder" | "onFile">) {
  const shown = entries.filter(({ kind }) => kind === "folder" || (onFile && kind === "file"));
  if (shown.length === 0) return <li className="px-2.5 py-2 text-sm text-soft">{onFile ? "Nothing in here." : "No folders in here."}</li>;
  return shown.map(({ path, name, kind }) => (
    <li key={path}>
      {kind === "folder" ? (
        <button type="button" className={row} onClick={() => onFolder(path)}>
          <Folder aria-hidden className="size-4 shrink-0 text-ember" />
          <span className="truncate">{name}</span>
        </button>
      ) : (
        <button type="button" aria-pressed={path === file} className={`${row} ${path === file ? "bg-raised font-semibold" : ""}`} onClick={() => onFile?.(path)}>
          <File aria-hidden className="size-4 shrink-0 text-soft" />
          <span className="truncate">{name}</span>
        </button>
      )}
    </li>
  ));
}
