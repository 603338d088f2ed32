import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { Link } from "react-router";
import { orderQuery } from "@/api/order";
import type { Mistake, OrderEntry } from "@/api/schema";
import { CodeBlock } from "@/components/code-block";
import { Loaded } from "@/components/loading";
import { Panel } from "@/components/panel";
import { hueOf } from "@/lib/pipeline-hue";
import { pageOf } from "./config-path";

/** What the command line runs when it is given nothing else: several configs one after the other. */
export function OrderPanel() {
  const query = useQuery(orderQuery);
  return (
    <Panel title="One after the other" lead="What super_config.yaml runs, in its order.">
      <Loaded query={query}>
        {({ entries, mistakes }) => (
          <div className="flex flex-col gap-3">
            <Mistakes mistakes={mistakes} />
            {entries.length === 0 && mistakes.length === 0 && <p className="text-soft">Nothing yet: list configs under pipeline_order in super_config.yaml.</p>}
            <ol className="flex flex-col gap-3">
              {entries.map((entry, index) => (
                <li key={`${entry.line} ${index}`}>
                  <Entry entry={entry} number={index + 1} />
                </li>
              ))}
            </ol>
            {entries.length > 0 && <CodeBlock label="command" text="python run_augmentoolkit.py run" />}
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function Entry({ entry, number }: { entry: OrderEntry; number: number }) {
  const { pipeline, config, ok, changes } = entry;
  const Icon = ok ? CircleCheck : CircleAlert;
  const shared = config?.split("configs/").at(-1);
  const isOurs = config !== null && shared !== undefined && shared !== config && /\.ya?ml$/.test(shared);
  return (
    <div className="hued flex gap-2" style={{ "--hue": hueOf(pipeline).hue }}>
      <span className="w-5 shrink-0 text-right text-soft tabular-nums">{number}.</span>
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-1.5 font-medium text-hue">
          <span className="min-w-0 break-words">{pipeline}</span>
          <Icon aria-label={ok ? "ready" : "has mistakes"} className={`size-4 shrink-0 ${ok ? "text-good" : "text-bad"}`} />
        </p>
        <p className="text-sm break-words text-soft">
          {isOurs ? (
            <Link to={pageOf(shared)} className="underline underline-offset-4">
              {shared}
            </Link>
          ) : (
            "its own config"
          )}
          {changes.length > 0 && `, with ${changes.join(", ")} changed`}
          {entry.output_dir && ` → ${entry.output_dir}`}
        </p>
        <Mistakes mistakes={[...entry.mistakes, ...entry.warnings]} />
      </div>
    </div>
  );
}

const Mistakes = ({ mistakes }: { mistakes: readonly Mistake[] }) =>
  mistakes.length > 0 && (
    <ul className="list-disc pl-5 text-sm text-bad">
      {mistakes.map(({ key, line, message }, index) => (
        <li key={index}>
          {key && <code className="font-mono">{key}: </code>}
          {message}
          {line > 0 && <span className="text-soft"> (line {line})</span>}
        </li>
      ))}
    </ul>
  );
