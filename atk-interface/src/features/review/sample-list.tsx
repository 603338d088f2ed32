import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useEffect, useRef } from "react";
import { titleOf } from "@/components/row-turns";
import { DecisionMark } from "@/features/review/decision-mark";
import type { SampleRows } from "@/features/review/use-sample-list";
import { count } from "@/lib/format";

const ROW_HEIGHT = 76;

/** Rows to choose from; only those in sight are on the page. */
export function SampleList({ rows, chosen, onChoose }: { rows: SampleRows; chosen: number; onChoose: (id: string) => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualiser is read anew in each render, as it asks for
  const list = useVirtualizer({ count: rows.count, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 6 });
  const items = list.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const { want } = rows;
  useEffect(() => want(first, last));
  useEffect(() => {
    if (chosen >= 0) list.scrollToIndex(chosen, { align: "auto" });
  }, [chosen, list]);

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      <ul aria-label="Rows" className="relative" style={{ height: list.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const sample = rows.at(index);
          return (
            <li key={index} aria-posinset={index + 1} aria-setsize={rows.complete ? rows.count : -1} className="absolute inset-x-0 border-b border-line" style={{ top: start, height: ROW_HEIGHT }}>
              {sample && (
                <button
                  type="button"
                  aria-current={index === chosen || undefined}
                  onClick={() => onChoose(sample.id)}
                  className={clsx("flex size-full flex-col justify-center gap-1 border-l-3 px-4 text-left outline-offset-[-3px]", index === chosen ? "border-hue bg-raised" : "border-transparent hover:bg-raised")}
                >
                  <span className="w-full truncate">{titleOf(sample.edited ?? sample.row)}</span>
                  <span className="flex items-center gap-3 text-sm text-soft">
                    <span className="tabular-nums">{count(sample.number + 1)}</span>
                    <DecisionMark decision={sample.decision} />
                  </span>
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
