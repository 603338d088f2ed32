import type { Row } from "@/api/schema";
import { LongText } from "@/features/files/preview/long-text";
import { turnsOf } from "@/features/files/preview/turns";

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
  const turns = turnsOf(value);
  if (turns) {
    return (
      <ol className="flex flex-col gap-2">
        {turns.map(({ speaker, text }, index) => (
          <li key={index} className="border-l-2 border-hue pl-3">
            <p className="text-sm font-semibold">{speaker}</p>
            <LongText text={text} />
          </li>
        ))}
      </ol>
    );
  }
  if (typeof value !== "object" || value === null) return <LongText text={typeof value === "string" ? value : JSON.stringify(value)} />;
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.length === 0) return <span className="text-soft">nothing</span>;
  return (
    <dl className="flex flex-col gap-2">
      {entries.map(([name, inner]) => (
        <div key={name} className="min-w-0">
          <dt className="text-sm text-soft">{name}</dt>
          <dd className="min-w-0">{turnsOf(inner) ? <Value value={inner} /> : <LongText text={typeof inner === "string" ? inner : JSON.stringify(inner, null, typeof inner === "object" ? 1 : undefined)} />}</dd>
        </div>
      ))}
    </dl>
  );
}
