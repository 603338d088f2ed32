import type { LengthBucket } from "@/api/schema";
import { Panel } from "@/components/panel";
import { compact, count } from "@/lib/format";

/** How long the rows are, as bars; each has its figure beside it. */
export function LengthsPanel({ lengths }: { lengths: readonly LengthBucket[] }) {
  const most = Math.max(...lengths.map(({ rows }) => rows), 1);
  return (
    <Panel title="Lengths" lead="Rows by tokens.">
      <ul className="flex flex-col gap-1 text-sm tabular-nums">
        {lengths.map(({ least, most: end, rows }) => (
          <li key={least} className="grid grid-cols-[6.5rem_1fr_3rem] items-center gap-2">
            <span className="text-right text-soft">
              {compact(least)} to {compact(Math.max(least, end - 1))}
            </span>
            <span aria-hidden className="h-3 rounded-sm bg-hue" style={{ width: `${(100 * rows) / most}%` }} />
            <span className="text-right">
              {count(rows)}
              <span className="sr-only">{rows === 1 ? " row" : " rows"}</span>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
