import { Link } from "react-router";
import type { ModelDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { Sideways } from "@/components/sideways";
import { compact, count } from "@/lib/format";

/** How it was trained, as its training.json tells. */
export function TrainingPanel({ model: { stages, run, run_name: name } }: { model: ModelDetails }) {
  return (
    <Panel
      title="Training"
      actions={
        run && stages.length > 0 ? (
          <Link to={`/runs/${run}/training`} className="underline underline-offset-4">
            Curves of {name}
          </Link>
        ) : null
      }
    >
      {stages.length === 0 ? (
        <p className="text-soft">It has no record of its training: it was not trained here, or it is an export.</p>
      ) : (
        <Sideways label="Stages of the training">
          <table className="w-full text-left tabular-nums">
            <thead className="text-sm text-soft">
              <tr>
                {["Stage", "Steps", "Epochs", "Tokens", "Last loss"].map((column, index) => (
                  <th key={column} scope="col" className={`py-1 pr-4 font-normal ${index ? "text-right" : ""}`}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {stages.map(({ kind, steps, epochs, tokens, final_loss: loss }, index) => (
                <tr key={index} className="border-t border-line">
                  <th scope="row" className="py-1.5 pr-4 font-medium">
                    {kind}
                  </th>
                  {[count(steps), epochs.toFixed(1), compact(tokens), loss === null ? "–" : loss.toFixed(3)].map((cell, column) => (
                    <td key={column} className="py-1.5 pr-4 text-right">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
    </Panel>
  );
}
