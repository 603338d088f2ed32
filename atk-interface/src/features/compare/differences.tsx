import type { ConfigDifference } from "@/api/schema";
import { Panel } from "@/components/panel";
import { Sideways } from "@/components/sideways";
import { inLine } from "@/lib/json";

/** What their configs do not share; all the rest is the same. */
export function Differences({ differences, names }: { differences: readonly ConfigDifference[]; names: [string, string] }) {
  return (
    <Panel title="What differs in their configs" lead={differences.length === 0 ? "Nothing: every setting is the same." : "All other settings are the same."}>
      {differences.length > 0 && (
        <Sideways label="Settings that differ">
          <table className="w-full text-left text-sm">
            <thead>
              <tr className="border-b border-line text-soft">
                <th scope="col" className="py-1.5 pr-3 font-medium">
                  Setting
                </th>
                {names.map((name, index) => (
                  <th key={index} scope="col" className="py-1.5 pr-3 font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ key, first, second }) => (
                <tr key={key} className="border-b border-line align-top last:border-0">
                  <th scope="row" className="py-1.5 pr-3 font-mono font-semibold break-all">
                    {key}
                  </th>
                  <td className="py-1.5 pr-3 font-mono break-words">{inWords(first)}</td>
                  <td className="py-1.5 font-mono break-words">{inWords(second)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
    </Panel>
  );
}

const inWords = (value: unknown): string => (value === undefined || value === null ? "–" : inLine(value));
