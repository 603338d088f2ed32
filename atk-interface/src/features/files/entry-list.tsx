import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef, type KeyboardEvent, type Ref } from "react";
import type { Entry } from "@/api/schema";
import { EntryRow } from "@/features/files/entry-row";
import type { Folder } from "@/features/files/use-folder";

const ROW = 40;
const OVERSCAN = 8;

export interface EntryActions {
  open: (entry: Entry) => void;
  up: () => void;
  move: (entry: Entry) => void;
  remove: (entry: Entry) => void;
  download: (entry: Entry) => void;
}

interface EntryListProps {
  ref?: Ref<HTMLDivElement>;
  folder: Folder;
  /** Of the folder, so that its list starts at the top. */
  path: string;
  label: string;
  shown: string;
  active: number;
  onActive: (index: number) => void;
  actions: EntryActions;
}

/** The entries of a folder, however many: only those in sight are on the page, and the next ones are fetched as one comes near. */
export function EntryList({ ref, folder, path, label, shown, active, onActive, actions }: EntryListProps) {
  const { entries, total, readMore } = folder;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed on to memoised components
  const rows = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: OVERSCAN, scrollPaddingEnd: 8 });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (last >= entries.length - 40) readMore();
  });
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [path]);
  useEffect(() => {
    if (active >= 0) rows.scrollToIndex(active);
  }, [active, path, rows]);

  const goTo = (index: number) => onActive(Math.max(0, Math.min(total - 1, index)));
  const press = (event: KeyboardEvent) => {
    const done = pressed(event.key, { active, page: Math.max(1, items.length - 2 * OVERSCAN), total, entry: entries[active], goTo, actions });
    if (done && !event.ctrlKey && !event.metaKey && !event.altKey) event.preventDefault();
  };

  return (
    <div
      ref={ref}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={total + 1}
      aria-activedescendant={active >= 0 && entries[active] ? `${id}-${active}` : undefined}
      onKeyDown={press}
      className="@container flex min-h-0 flex-1 flex-col"
    >
      <div role="row" aria-rowindex={1} className="flex h-9 items-center gap-3 border-b border-line px-4 text-sm text-soft">
        <span role="columnheader" className="flex-1">
          Name
        </span>
        <span role="columnheader" className="w-20 text-right">
          Size
        </span>
        <span role="columnheader" className="hidden w-28 text-right @lg:block">
          Changed
        </span>
        <span role="columnheader" className="w-8">
          <span className="sr-only">Actions</span>
        </span>
      </div>
      <div ref={scroller} role="rowgroup" tabIndex={-1} className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto outline-none">
        <div role="presentation" style={{ height: rows.getTotalSize() }} className="relative">
          {items.map(({ index, start }) => (
            <EntryRow
              key={index}
              id={`${id}-${index}`}
              index={index}
              top={start}
              entry={entries[index]}
              active={index === active}
              shown={shown !== "" && entries[index]?.name === shown}
              actions={actions}
              onPoint={() => onActive(index)}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface Pressed {
  active: number;
  /** Rows in sight. */
  page: number;
  total: number;
  entry: Entry | undefined;
  goTo: (index: number) => void;
  actions: EntryActions;
}

/** What a key does in the list; false for those that mean nothing here. */
function pressed(key: string, { active, page, total, entry, goTo, actions }: Pressed): boolean {
  const steps: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: total - 1 };
  const to = steps[key];
  if (to !== undefined) goTo(to);
  else if (key === "Backspace") actions.up();
  else if (!entry) return false;
  else if (key === "Enter" || key === " ") actions.open(entry);
  else if (key === "Delete") actions.remove(entry);
  else if (key === "F2") actions.move(entry);
  else return false;
  return true;
}
