import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { isUnderWay, type UploadItem } from "@/features/files/uploads/upload-item";
import { UploadRow } from "@/features/files/uploads/upload-row";
import { uploads } from "@/features/files/uploads/use-uploads";

const ORDER: Record<UploadItem["state"], number> = { failed: 0, exists: 0, away: 1, sending: 1, waiting: 2, cancelled: 3, skipped: 3, done: 4 };

/** Every file: first what needs a look, then what goes on. */
export function UploadRows({ items }: { items: readonly UploadItem[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => items.toSorted((one, other) => ORDER[one.state] - ORDER[other.state]), [items]);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed on to memoised components
  const rows = useVirtualizer({ count: sorted.length, getScrollElement: () => scroller.current, estimateSize: () => 52, overscan: 4, getItemKey: (index) => sorted[index]?.id ?? index });
  const failed = items.filter(({ state }) => state === "failed");
  const underWay = items.filter(isUnderWay);

  return (
    <>
      {/* Keyboards must be able to scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroller} role="region" aria-label="Files of the uploads" tabIndex={0} className="min-h-24 flex-1 overflow-y-auto border-t border-line">
        <ul style={{ height: rows.getTotalSize() }} className="relative">
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const item = sorted[index];
            return (
              item && (
                <li key={key} ref={rows.measureElement} data-index={index} style={{ transform: `translateY(${start}px)` }} className="absolute inset-x-0">
                  <UploadRow item={item} />
                </li>
              )
            );
          })}
        </ul>
      </div>
      {(underWay.length > 0 || failed.length > 0) && (
        <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-3 py-2">
          {failed.length > 0 && <span className="flex-1 text-sm text-soft">What failed, with the reasons</span>}
          {failed.length > 0 && <CopyButton label="Copy the names and reasons of what failed" text={failed.map(({ path, reason }) => `${path}: ${reason}`).join("\n")} />}
          {failed.some(({ canRetry }) => canRetry) && (
            <Button size="small" onClick={() => uploads.retry(failed.map(({ id }) => id))}>
              Try the failed ones again
            </Button>
          )}
          {underWay.length > 0 && (
            <Button size="small" variant="danger" onClick={() => uploads.cancel(underWay.map(({ id }) => id))}>
              Cancel all
            </Button>
          )}
        </div>
      )}
    </>
  );
}
