import { Copy, FileCog, MoreHorizontal, Pencil, Trash2 } from "lucide-react";
import { Link } from "react-router";
import type { TreeEntry } from "@/api/schema";
import { IconButton } from "@/components/button";
import { Menu } from "@/components/menu";
import { TimeAgo } from "@/components/time-ago";
import { hueOf } from "@/lib/pipeline-hue";
import { pageOf } from "./config-path";

export interface RowActions {
  onCopy: (path: string) => void;
  onRename: (path: string) => void;
  onDelete: (path: string) => void;
}

/** One config: a way to it, its pipeline, and what else can be done with it. */
export function ConfigRow({ entry, label = entry.name, actions }: { entry: TreeEntry; label?: string; actions: RowActions }) {
  const { path, pipeline } = entry;
  return (
    <div className="hued flex items-center gap-2 rounded-lg pr-1 hover:bg-raised" style={pipeline ? { "--hue": hueOf(pipeline).hue } : undefined}>
      <Link to={pageOf(path)} className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-0.5 rounded-lg px-2 py-2">
        <FileCog aria-hidden className={`size-4 shrink-0 ${pipeline ? "text-hue" : "text-soft"}`} />
        <span className="min-w-0 flex-1 basis-40 font-medium break-words">{label}</span>
        {pipeline && <span className="rounded-md bg-hue-soft px-1.5 text-sm text-hue">{pipeline}</span>}
        <span className="w-24 text-right text-sm text-soft tabular-nums max-sm:hidden">
          <TimeAgo at={entry.modified} />
        </span>
      </Link>
      <Menu
        items={[
          { label: "Copy …", icon: <Copy aria-hidden className="size-4" />, onSelect: () => actions.onCopy(path) },
          { label: "Rename or move …", icon: <Pencil aria-hidden className="size-4" />, onSelect: () => actions.onRename(path) },
          { label: "Delete …", icon: <Trash2 aria-hidden className="size-4" />, onSelect: () => actions.onDelete(path), danger: true },
        ]}
      >
        <IconButton label={`More for ${path}`}>
          <MoreHorizontal aria-hidden className="size-4" />
        </IconButton>
      </Menu>
    </div>
  );
}
