import { lostOf, secondsOf, spentOf } from "@/api/run-figures";
import type { RunDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { compact, count, dollars, duration } from "@/lib/format";

interface Line {
  name: string;
  of: (run: RunDetails) => number;
  format: (value: number) => string;
}

const LINES: readonly Line[] = [
  { name: "Rows", of: ({ figures }) => figures.rows, format: count },
  { name: "Dropped", of: ({ figures }) => figures.dropped, format: count },
  { name: "Failed", of: (run) => Math.max(run.figures.failed, lostOf(run, "failed")), format: count },
  { name: "Money", of: (run) => spentOf(run).cost, format: dollars },
  { name: "Money per row", of: (run) => (run.figures.rows ? spentOf(run).cost / run.figures.rows : 0), format: dollars },
  { name: "Tokens in", of: (run) => spentOf(run).input_tokens, format: compact },
  { name: "Tokens out", of: (run) => spentOf(run).output_tokens, format: compact },
  { name: "Calls", of: (run) => spentOf(run).calls, format: count },
  { name: "Replies reused", of: (run) => spentOf(run).reused, format: count },
  { name: "Time of the latest try", of: (run) => secondsOf(run, Date.now() / 1000), format: duration },
];

/** What each of the two made, and what it took; the difference beside it. */
export function FiguresBeside({ first, second }: { first: RunDetails; second: RunDetails }) {
  return (
    <Panel title="Figures">
      <table className="w-full text-right text-sm tabular-nums">
        <thead>
          <tr className="border-b border-line text-soft">
            <td />
            {[first.name, second.name, "Difference"].map((name, index) => (
              <th key={index} scope="col" className="max-w-28 py-1.5 pl-3 font-medium break-words">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {LINES.map(({ name, of, format }) => {
            const [left, right] = [of(first), of(second)];
            return (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className="py-1.5 text-left font-medium">
                  {name}
                </th>
                <td className="py-1.5 pl-3">{format(left)}</td>
                <td className="py-1.5 pl-3">{format(right)}</td>
                <td className="py-1.5 pl-3 text-soft">{left === right ? "same" : `${right > left ? "+" : "−"}${format(Math.abs(right - left))}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
