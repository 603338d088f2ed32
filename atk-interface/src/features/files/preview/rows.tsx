import { useState } from "react";
import type { RowsPreview } from "@/api/schema";
import { Button } from "@/components/button";
import { RowCard } from "@/features/files/preview/row-card";
import { counted } from "@/lib/format";

/** Rows of a dataset: each a card, or as they stand in the file. */
export function Rows({ parts }: { parts: RowsPreview[] }) {
  const [raw, setRaw] = useState(false);
  const rows = parts.flatMap((part) => part.rows);
  const problem = parts.at(-1)?.problem;
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2 text-sm text-soft">
        <span className="flex-1 tabular-nums">
          {counted(rows.length, "row")}
          {parts.at(-1)?.next && " so far; there are more"}
        </span>
        <Button size="small" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          {raw ? "As cards" : "As JSON"}
        </Button>
      </div>
      {rows.length === 0 && !problem && <p className="text-soft">There are no rows in it.</p>}
      <ol className="flex flex-col gap-3">
        {rows.map((row, index) => (
          <li key={index}>
            <RowCard row={row} number={index + 1} raw={raw} />
          </li>
        ))}
      </ol>
      {problem && (
        <p role="alert" className="mt-3 font-medium text-bad">
          It cannot be read {rows.length > 0 ? "further" : ""}: {problem}
        </p>
      )}
    </>
  );
}
