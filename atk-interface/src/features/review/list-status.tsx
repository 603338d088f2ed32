import { Button } from "@/components/button";
import { ProblemNote } from "@/components/problem-note";
import type { SampleRows } from "@/features/review/use-sample-list";
import { count, counted, percent } from "@/lib/format";

/** Below the list: how many rows it has so far, and how far the search is. */
export function ListStatus({ rows, all, isFiltered, onClear }: { rows: SampleRows; all: number; isFiltered: boolean; onClear: () => void }) {
  const { count: number, complete, scanned, searching, stopped, unreadable, error } = rows;
  if (error) return <ProblemNote error={error} title="The rows could not be read" onRetry={rows.goOn} />;
  const soFar = isFiltered ? `${count(number)} so far, ${percent(scanned)} looked through` : `${count(number)} of ${counted(all, "row")}, more as you scroll`;
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-3 py-2 text-sm text-soft tabular-nums">
      <span role="status" className="min-w-0 flex-1">
        {complete ? (number === 0 ? "No row fits" : counted(number, "row")) : soFar}
        {unreadable > 0 && <span className="block text-warn">{counted(unreadable, "line")} could not be read: torn or damaged</span>}
      </span>
      {isFiltered && searching && !complete && (
        <Button size="small" variant="plain" onClick={rows.stop}>
          Stop
        </Button>
      )}
      {stopped && !complete && (
        <Button size="small" variant="plain" onClick={rows.goOn}>
          Go on
        </Button>
      )}
      {isFiltered && (
        <Button size="small" variant="plain" onClick={onClear}>
          Show all
        </Button>
      )}
    </div>
  );
}
