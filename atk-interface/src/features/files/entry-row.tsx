import clsx from "clsx";
import { Download, Ellipsis, Pencil, Trash2 } from "lucide-react";
import type { Entry } from "@/api/schema";
import { IconButton } from "@/components/button";
import { Menu, type MenuItem } from "@/components/menu";
import { TimeAgo } from "@/components/time-ago";
import { EntryIcon, kindOf } from "@/features/files/entry-icon";
import type { EntryActions } from "@/features/files/entry-list";
import { bytes } from "@/lib/format";

interface EntryRowProps {
  id: string;
  index: number;
  top: number;
  /** None while it is still to come. */
  entry: Entry | undefined;
  active: boolean;
  /** Its content is beside the list. */
  shown: boolean;
  actions: EntryActions;
  onPoint: () => void;
}

export function EntryRow({ id, index, top, entry, active, shown, actions, onPoint }: EntryRowProps) {
  const place = { transform: `translateY(${top}px)` };
  if (!entry) {
    return (
      <div role="row" aria-rowindex={index + 2} style={place} className="absolute inset-x-0 flex h-10 items-center px-4">
        <span role="gridcell" className="h-3 w-1/3 rounded bg-raised">
          <span className="sr-only">Loading</span>
        </span>
      </div>
    );
  }
  const canOpen = entry.kind === "folder" || entry.kind === "file";
  const items: MenuItem[] = [
    { label: entry.kind === "folder" ? "Download as zip" : "Download", icon: <Download aria-hidden className="size-4" />, onSelect: () => actions.download(entry), disabled: !canOpen },
    { label: "Rename or move", icon: <Pencil aria-hidden className="size-4" />, onSelect: () => actions.move(entry) },
    { label: "Delete", icon: <Trash2 aria-hidden className="size-4" />, onSelect: () => actions.remove(entry), danger: true },
  ];
  return (
    // The keyboard works in the grid around it, which holds the focus.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={shown}
      style={place}
      title={canOpen ? undefined : kindOf(entry).word}
      onClick={() => {
        onPoint();
        actions.open(entry);
      }}
      className={clsx(
        "absolute inset-x-0 flex h-10 items-center gap-3 border-l-2 px-4 pl-3.5",
        canOpen && "cursor-pointer hover:bg-raised",
        shown ? "border-ember bg-raised" : active ? "border-edge bg-raised" : "border-transparent",
      )}
    >
      <span role="gridcell" className="flex min-w-0 flex-1 items-center gap-2.5">
        <EntryIcon entry={entry} />
        <span className={clsx("truncate", !canOpen && "text-soft line-through")}>{entry.name}</span>
      </span>
      <span role="gridcell" className="w-20 text-right text-sm text-soft tabular-nums">
        {entry.kind === "file" ? bytes(entry.size) : ""}
      </span>
      <span role="gridcell" className="hidden w-28 text-right text-sm whitespace-nowrap text-soft tabular-nums @lg:block">
        <TimeAgo at={entry.modified} />
      </span>
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- only keeps clicks in the menu from opening the row */}
      <span role="gridcell" className="w-8" onClick={(event) => event.stopPropagation()}>
        <Menu items={items}>
          <IconButton label={`What to do with ${entry.name}`} tabIndex={-1}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        </Menu>
      </span>
    </div>
  );
}
