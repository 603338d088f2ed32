import type { Call } from "@/api/schema";
import { Sideways } from "@/components/sideways";
import { compact, count, counted, dollars } from "@/lib/format";

interface Asked {
  step: string;
  prompt: string;
  model: string;
  calls: number;
  attempts: number;
  tokens: number;
  cost: number;
  missing: number;
}

/** Calls of the same step, prompt and model as one line, in the order in which they came. */
function grouped(calls: readonly Call[]): Asked[] {
  const found = new Map<string, Asked>();
  for (const { step, prompt, model, attempts, input_tokens, output_tokens, cost, missing } of calls) {
    const key = JSON.stringify([step, prompt, model]);
    const sum = found.get(key) ?? { step, prompt, model, calls: 0, attempts: 0, tokens: 0, cost: 0, missing: 0 };
    found.set(key, {
      ...sum,
      calls: sum.calls + 1,
      attempts: sum.attempts + attempts,
      tokens: sum.tokens + input_tokens + output_tokens,
      cost: sum.cost + cost,
      missing: sum.missing + (missing ? 1 : 0),
    });
  }
  return [...found.values()];
}

/** Which model calls made a row, how often they were tried, and what they cost. */
export function Lineage({ calls, traced, goesOn }: { calls: readonly Call[]; traced: boolean; goesOn: boolean }) {
  if (!traced) {
    return (
      <p className="text-soft">
        {goesOn ? "Not traced yet: where rows come from is written when the run has ended." : "Nothing is written about where this row comes from."}
      </p>
    );
  }
  if (calls.length === 0) return <p className="text-soft">No model was asked for this row.</p>;
  const groups = grouped(calls);
  const lost = groups.reduce((sum, { missing }) => sum + missing, 0);
  return (
    <>
      <Sideways label="Model calls">
        <table className="w-full text-sm tabular-nums">
          <thead className="text-left text-soft">
            <tr>
              {["Prompt", "Model"].map((name) => (
                <th key={name} scope="col" className="py-1 pr-4 font-medium">
                  {name}
                </th>
              ))}
              {["Calls", "Tries", "Tokens", "Cost"].map((name) => (
                <th key={name} scope="col" className="py-1 pl-3 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ step, prompt, model, calls: number, attempts, tokens, cost }) => (
              <tr key={`${step} ${prompt} ${model}`} className="border-t border-line">
                <td className="py-1 pr-4">
                  {prompt || step}
                  {prompt && step && step !== prompt && <span className="text-soft"> in {step}</span>}
                </td>
                <td className="py-1 pr-4 break-all">{model}</td>
                <td className="py-1 pl-3 text-right">{count(number)}</td>
                <td className="py-1 pl-3 text-right">{count(attempts)}</td>
                <td className="py-1 pl-3 text-right">{compact(tokens)}</td>
                <td className="py-1 pl-3 text-right">{dollars(cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      {lost > 0 && <p className="mt-2 text-sm text-soft">The run&apos;s log of calls does not hold {counted(lost, "of them", "of them")} any more.</p>}
    </>
  );
}
