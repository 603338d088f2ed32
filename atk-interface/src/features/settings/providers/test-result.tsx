import { CircleAlert, CircleCheck } from "lucide-react";
import { useState } from "react";
import type { ConnectionTest } from "@/api/schema";
import { CopyButton } from "@/components/copy-button";
import { TextInput } from "@/components/field";
import { counted, duration } from "@/lib/format";

const MOST_SHOWN = 100;

/** What came of a test: the models that are there, or what is wrong and what to do. */
export function TestResult({ result, provider, asked }: { result: ConnectionTest; provider: string; asked: string }) {
  if (!result.ok) {
    return (
      <div role="alert" className="mt-3 flex gap-2.5 rounded-xl border border-bad p-3">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        <div className="min-w-0 break-words">
          <p className="font-medium first-letter:uppercase">{result.problem || "It did not work"}</p>
          {result.advice && <p className="text-sm first-letter:uppercase">{result.advice}</p>}
          {result.seconds >= 0.1 && <p className="text-sm text-soft tabular-nums">After {duration(result.seconds)}</p>}
        </div>
      </div>
    );
  }
  const models = result.models ?? [];
  return (
    <div role="status" className="mt-3 rounded-xl border border-good p-3">
      <p className="flex flex-wrap items-center gap-x-2">
        <CircleCheck aria-hidden className="size-4 text-good" />
        <span className="font-medium">It works</span>
        <span className="text-sm text-soft tabular-nums">
          {duration(result.seconds)} · {asked ? `${asked} has answered · ` : ""}
          {models.length === 0 ? "it lists no models" : counted(models.length, "model")}
        </span>
      </p>
      {result.advice && <p className="mt-1 text-sm">{result.advice}</p>}
      {models.length > 0 && <Models models={models} provider={provider} />}
    </div>
  );
}

function Models({ models, provider }: { models: string[]; provider: string }) {
  const [search, setSearch] = useState("");
  const found = models.filter((model) => model.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <div className="mt-2">
      {models.length > 8 && <TextInput aria-label="Search the models" type="search" placeholder="Search the models" value={search} onChange={(event) => setSearch(event.target.value)} className="mb-1 h-9" />}
      <ul className="max-h-56 overflow-y-auto">
        {found.slice(0, MOST_SHOWN).map((model) => {
          const reference = provider ? `${provider}:${model}` : model;
          return (
            <li key={model} className="flex items-center gap-1">
              <code className="min-w-0 flex-1 truncate font-mono text-sm" title={reference}>
                {reference}
              </code>
              <CopyButton text={reference} label={`Copy ${reference}`} />
            </li>
          );
        })}
      </ul>
      {found.length > MOST_SHOWN && <p className="text-sm text-soft">and {found.length - MOST_SHOWN} more: search to find them</p>}
      {found.length === 0 && <p className="text-sm text-soft">No model is called that.</p>}
    </div>
  );
}
