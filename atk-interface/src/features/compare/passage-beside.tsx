import type { Sample } from "@/api/schema";
import { RowView } from "@/components/row-view";
import type { SharedPassage } from "@/features/compare/same-source";
import { counted } from "@/lib/format";

/** A passage, and below it what each run made of it. */
export const PassageBeside = ({ passage, names }: { passage: SharedPassage; names: [string, string] }) => (
  <li className="rounded-xl border border-line">
    <details className="border-b border-line bg-raised px-4 py-2">
      <summary className="text-sm text-soft">
        {passage.page !== null && `Page ${passage.page}: `}
        {passage.text ? `${passage.text.slice(0, 110).replace(/\s+/g, " ")} …` : "The text of this passage is not in the run's folder."}
      </summary>
      <p className="mt-2 max-h-80 overflow-auto whitespace-pre-wrap">{passage.text}</p>
    </details>
    <div className="grid gap-x-6 gap-y-4 p-4 md:grid-cols-2">
      <Side name={names[0]} rows={passage.first} />
      <Side name={names[1]} rows={passage.second} />
    </div>
  </li>
);

const Side = ({ name, rows }: { name: string; rows: readonly Sample[] }) => (
  <div className="min-w-0">
    <h3 className="mb-2 flex flex-wrap justify-between gap-x-3 text-sm font-semibold">
      {name} <span className="font-normal text-soft">{counted(rows.length, "row")}</span>
    </h3>
    {rows.length === 0 ? (
      <p className="text-soft">No row rests on this very passage: nothing came of it, or this run cut the text elsewhere.</p>
    ) : (
      <ul className="flex flex-col gap-3 text-sm">
        {rows.map((row) => (
          <li key={row.number} className="border-t border-line pt-3 first:border-0 first:pt-0">
            <RowView row={row.edited ?? row.row} />
          </li>
        ))}
      </ul>
    )}
  </div>
);
