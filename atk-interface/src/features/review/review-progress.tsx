import type { DatasetInfo } from "@/api/schema";
import { ProgressLine } from "@/components/progress-line";
import { count } from "@/lib/format";

/** How far the review of a dataset is. */
export function ReviewProgress({ dataset: { rows, reviewed } }: { dataset: DatasetInfo }) {
  const { accept, edit, reject } = reviewed;
  const done = accept + edit + reject;
  return (
    <div className="min-w-56 flex-1">
      <p className="text-sm tabular-nums">
        <span className="font-medium">
          {count(done)} of {count(rows)} reviewed
        </span>
        {done > 0 && (
          <span className="text-soft">
            : {count(accept)} accepted, {count(edit)} edited, {count(reject)} rejected
          </span>
        )}
      </p>
      <ProgressLine done={done} total={rows} label="Reviewed rows" className="mt-1!" />
    </div>
  );
}
