import { ArrowLeft, Download, ExternalLink, Pencil, Trash2, X } from "lucide-react";
import { contentUrl } from "@/api/files";
import type { Entry } from "@/api/schema";
import { IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Panel } from "@/components/panel";
import { TimeAgo } from "@/components/time-ago";
import type { EntryActions } from "@/features/files/entry-list";
import type { FolderPlace } from "@/features/files/folder-place";
import { FilePreview } from "@/features/files/preview/file-preview";
import { bytes } from "@/lib/format";
import { endingOf, joinPath } from "@/lib/paths";

interface PreviewPaneProps {
  place: FolderPlace;
  /** Of the list, which may not have come to it yet. */
  entry: Entry | undefined;
  actions: EntryActions;
}

/** What the service lets a browser show in a tab of its own. */
const SHOWN_ALONE = new Set("txt text md markdown rst log csv tsv json jsonl ndjson yaml yml toml ini py png jpg jpeg gif webp avif bmp".split(" "));

/** A file beside its folder; on narrow screens in its place. */
export function PreviewPane({ place, entry, actions }: PreviewPaneProps) {
  const name = place.file;
  const path = joinPath(place.path, name);
  const known: Entry = entry ?? { name, path, kind: "file", size: 0, modified: 0 };
  const alone = name === "report.html" || SHOWN_ALONE.has(endingOf(name));
  return (
    <Panel flush className="flex flex-col">
      <div className="flex h-[max(24rem,calc(100dvh-10.5rem))] flex-col">
        <header className="flex items-start gap-1 border-b border-line py-2 pr-2 pl-2 lg:pl-4">
          <IconButton label="Back to the folder" className="lg:hidden" onClick={() => place.go(place.path, "", { replace: true })}>
            <ArrowLeft aria-hidden className="size-5" />
          </IconButton>
          <div className="min-w-0 flex-1 py-1">
            <h2 className="leading-snug font-semibold break-all">{name}</h2>
            <p className="text-sm text-soft tabular-nums">
              {entry ? (
                <>
                  {bytes(entry.size)} · <TimeAgo at={entry.modified} />
                </>
              ) : (
                " "
              )}
            </p>
          </div>
          <CopyButton text={joinPath(place.root, path)} label="Copy the path" />
          {alone && (
            <a href={contentUrl(place.root, path, true)} target="_blank" rel="noreferrer" aria-label="Open in a new tab" title="Open in a new tab" className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-raised hover:text-text">
              <ExternalLink aria-hidden className="size-4" />
            </a>
          )}
          <IconButton label="Download" onClick={() => actions.download(known)}>
            <Download aria-hidden className="size-4" />
          </IconButton>
          <IconButton label="Rename or move" onClick={() => actions.move(known)}>
            <Pencil aria-hidden className="size-4" />
          </IconButton>
          <IconButton label="Delete" onClick={() => actions.remove(known)}>
            <Trash2 aria-hidden className="size-4" />
          </IconButton>
          <IconButton label="Close the preview" className="max-lg:hidden" onClick={() => place.go(place.path, "", { replace: true })}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </header>
        {/* Keyboards must be able to scroll it. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div tabIndex={0} role="region" aria-label={`Content of ${name}`} className="min-h-0 flex-1 overflow-auto p-4">
          <FilePreview root={place.root} path={path} />
        </div>
      </div>
    </Panel>
  );
}
