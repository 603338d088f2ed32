import type { DatasetEntry } from "@/api/schema";
import { compact, count } from "@/lib/format";

/** What would be trained, in order. */
export const StagesTable = ({ entries }: { entries: readonly DatasetEntry[] }) => (
  <table className="w-full text-left text-sm tabular-nums">
    <caption className="sr-only">Stages of the training</caption>
    <thead className="text-soft">
      <tr>
        <th scope="col" className="py-1 pr-3 font-normal">
          Stage
        </th>
        {["Rows", "Tokens", "Steps"].map((name) => (
          <th key={name} scope="col" className="py-1 pl-3 text-right font-normal">
            {name}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {entries.map(({ run, file, path, name, stage, rows, tokens, expected_steps: steps }) => (
        <tr key={`${run} ${file}`} className="border-t border-line">
          <th scope="row" className="py-1.5 pr-3 font-medium" title={path}>
            {stage ? `${name}: ${stage}` : name}
          </th>
          <td className="py-1.5 pl-3 text-right">{count(rows)}</td>
          <td className="py-1.5 pl-3 text-right">{tokens ? compact(tokens) : "–"}</td>
          <td className="py-1.5 pl-3 text-right">{steps ? count(steps) : "–"}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
