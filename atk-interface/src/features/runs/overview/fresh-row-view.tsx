import type { FreshRow } from "@/features/runs/overview/fresh-row";

const MOST_RESULTS = 3;

/** Text at the left, what was made of it at the right; always of the same height. */
export function FreshRowView({ row }: { row: FreshRow }) {
  const shown = row.results.slice(0, MOST_RESULTS);
  const more = row.results.length - shown.length;
  return (
    <li className="grid h-30 animate-rise grid-rows-[auto_1fr] gap-x-5 gap-y-1 overflow-hidden rounded-xl border border-line px-4 py-2 text-sm sm:grid-cols-2 sm:grid-rows-1">
      {row.passage && <p className="line-clamp-1 text-soft sm:line-clamp-5">{row.passage}</p>}
      <div className="min-h-0 only:col-span-full only:row-span-full overflow-hidden border-l-3 border-hue pl-3">
        {shown.map((text, index) => (
          <p key={index} className={shown.length > 1 ? "truncate" : "line-clamp-4"}>
            {text}
          </p>
        ))}
        {more > 0 && <p className="text-soft">and {more} more</p>}
        {row.lost.slice(0, 2).map(({ kind, text }, index) => (
          <p key={index} className="truncate" title={text}>
            <b className={kind === "failed" ? "font-semibold text-bad" : "font-semibold text-warn"}>{kind}</b> {text}
          </p>
        ))}
        {shown.length === 0 && row.lost.length === 0 && <p className="text-soft">Nothing came of it.</p>}
      </div>
    </li>
  );
}
