import { Sideways } from "@/components/sideways";
import { count, dollars, duration } from "@/lib/format";
import { readEstimate, type Fields, type Range } from "./job-results";

/** What all of it would take, with the range it is likely to be in. */
export function EstimateTable({ result }: { result: Fields }) {
  const estimate = readEstimate(result);
  const rows: [string, Range, (value: number) => string][] = [
    ["Calls", estimate.calls, (value) => count(Math.round(value))],
    ["Tokens in", estimate.input_tokens, (value) => count(Math.round(value))],
    ["Tokens out", estimate.output_tokens, (value) => count(Math.round(value))],
    ["Cost", estimate.cost, dollars],
    ["Time", estimate.seconds, duration],
  ];
  return (
    <div className="flex flex-col gap-3">
      <Sideways label="What all of it would take">
        <table className="w-full max-w-xl text-left tabular-nums">
          <caption className="sr-only">Estimate</caption>
          <thead className="text-sm text-soft">
            <tr>
              <td />
              <th scope="col" className="py-1 pr-4 text-right font-medium">
                expected
              </th>
              <th scope="col" className="py-1 pr-4 text-right font-medium">
                from
              </th>
              <th scope="col" className="py-1 text-right font-medium">
                to
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, range, shown]) => (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-4 font-medium">
                  {name}
                </th>
                <td className="py-1.5 pr-4 text-right font-semibold">{shown(range.expected)}</td>
                <td className="py-1.5 pr-4 text-right text-soft">{shown(range.low)}</td>
                <td className="py-1.5 text-right text-soft">{shown(range.high)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      <p className="text-sm text-soft">
        From {count(estimate.sampled)} of {count(estimate.records)} records, really run and kept.{" "}
        {estimate.offline
          ? "The offline model is free and instant: name a real model for real figures."
          : `Time is with ${count(estimate.calls_at_once)} calls at once, each as slow as those of the sample.`}
      </p>
      {estimate.notes.length > 0 && (
        <ul className="list-disc pl-5 text-sm text-warn">
          {estimate.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
