import { FolderOpen } from "lucide-react";
import type { ReactNode } from "react";
import { Empty } from "@/components/empty";
import { Skeleton } from "@/components/loading";
import { ProblemNote } from "@/components/problem-note";
import type { Folder } from "@/features/files/use-folder";
import { count, counted } from "@/lib/format";

/** The list, or what stands in its place. */
export function FolderContent({ folder, uploads, children }: { folder: Folder; uploads: boolean; children: ReactNode }) {
  if (folder.entries.length > 0) return children;
  if (folder.error) {
    return (
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <ProblemNote error={folder.error} title="This folder cannot be shown" onRetry={folder.refetch} />
      </div>
    );
  }
  if (folder.pending) return <Skeleton className="m-4 min-h-0 flex-1" />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-4">
      <Empty icon={<FolderOpen aria-hidden className="size-8" />} title="Nothing in here yet">
        {uploads ? "Drop files or whole folders here, or choose them with the buttons above." : "Files show up here as they are written."}
      </Empty>
    </div>
  );
}

/** How many entries there are, and how many of them are read so far. */
export const FolderFigures = ({ folder: { pending, total, entries } }: { folder: Folder }) => (
  <p className="border-t border-line px-4 py-1.5 text-sm text-soft tabular-nums">
    {pending ? "Reading …" : counted(total, "entry", "entries")}
    {entries.length < total && `, ${count(entries.length)} read so far: the others come as you scroll`}
  </p>
);
