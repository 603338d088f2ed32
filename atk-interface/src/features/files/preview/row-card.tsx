import type { Row } from "@/api/schema";
import { conversationOf } from "@/components/row-turns";
import { Turns } from "@/components/row-view";
import { LongText } from "@/features/files/preview/long-text";
import { inLine } from "@/lib/json";

/** One row. A conversation reads as one; everything else as names with their values. */
export function RowCard({ row, number, raw }: { row: Row; number: number; raw: boolean }) {
  return (
    <article aria-label={`Row ${number}`} className="rounded-xl border border-line p-3">
      <p className="mb-1.5 text-xs text-soft tabular-nums">Row {number}</p>
      {row.problem ? (
        <p className="font-medium text-bad">This row cannot be shown: {row.problem}</p>
      ) : raw ? (
        <pre className="font-mono text-sm break-words whitespace-pre-wrap">{JSON.stringify(row.value, null, 2)}</pre>
      ) : (
        <Value value={row.value} />
      )}
    </article>
  );
}

function Value({ value }: { value: unknown }) {
  const turns = conversationOf(value);
  if (turns) return <Turns turns={turns} mark={({ text }) => <LongText text={text} />} />;
  if (typeof value !== "object" || value === null) return <LongText text={inLine(value)} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span className="text-soft">nothing</span>;
  return (
    <dl className="flex flex-col gap-2">
      {entries.map(([name, inner]: [string, unknown]) => (
        <div key={name} className="min-w-0">
          <dt className="text-sm text-soft">{name}</dt>
          <dd className="min-w-0">{conversationOf(inner) || typeof inner === "string" ? <Value value={inner} /> : <LongText text={JSON.stringify(inner, null, 1)} />}</dd>
        </div>
      ))}
    </dl>
  );
}
