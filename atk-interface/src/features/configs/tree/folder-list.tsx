import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { ChevronRight, Folder } from "lucide-react";
import { useId, type ReactNode } from "react";
import { configFolderQuery } from "@/api/configs";
import type { TreeEntry } from "@/api/schema";
import { Button } from "@/components/button";
import { Skeleton } from "@/components/loading";
import { ProblemNote } from "@/components/problem-note";
import { ConfigRow, type RowActions } from "./config-row";

interface FolderListProps {
  folder: string;
  isOpen: (folder: string) => boolean;
  onToggle: (folder: string) => void;
  actions: RowActions;
  /** What stands there when there is nothing. */
  empty: ReactNode;
}

/** What a folder holds, asked for when it is opened. */
export function FolderList({ folder, isOpen, onToggle, actions, empty }: FolderListProps) {
  const query = useInfiniteQuery(configFolderQuery(folder));
  if (query.error && !query.data) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-24" />;
  const entries = query.data.pages.flatMap((page) => page.items);
  if (entries.length === 0) return empty;
  return (
    <>
      <ul className="flex flex-col">
        {entries.map((entry) => (
          <li key={entry.path}>
            {entry.kind === "config" ? (
              <ConfigRow entry={entry} actions={actions} />
            ) : (
              <FolderRow entry={entry} open={isOpen(entry.path)} onToggle={onToggle}>
                <FolderList folder={entry.path} isOpen={isOpen} onToggle={onToggle} actions={actions} empty={<p className="px-2 py-1 text-sm text-soft">No configs in here.</p>} />
              </FolderRow>
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button size="small" className="mt-2" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

function FolderRow({ entry, open, onToggle, children }: { entry: TreeEntry; open: boolean; onToggle: (folder: string) => void; children: ReactNode }) {
  const id = useId();
  return (
    <>
      <button type="button" aria-expanded={open} aria-controls={id} onClick={() => onToggle(entry.path)} className="flex w-full items-center gap-2 rounded-lg px-2 py-2 text-left font-medium hover:bg-raised">
        <ChevronRight aria-hidden className={clsx("size-4 shrink-0 text-soft transition-transform", open && "rotate-90")} />
        <Folder aria-hidden className="size-4 shrink-0 text-soft" />
        <span className="min-w-0 break-words">{entry.name}</span>
      </button>
      <div id={id} hidden={!open} className="ml-4 border-l border-line pl-2">
        {open && children}
      </div>
    </>
  );
}
