import { Link } from "react-router";
import type { FailedRecord } from "@/api/schema";
import { CodeBlock } from "@/components/code-block";
import { Checkbox } from "@/components/field";
import { counted } from "@/lib/format";

interface FailedItemProps {
  pipeline: string;
  item: FailedRecord;
  selected: boolean;
  onSelect: (selected: boolean) => void;
}

const textOf = (record: FailedRecord["record"]): string => (typeof record["text"] === "string" ? record["text"] : "");

/** One record that could not be finished: why, what it was about, and what the model said each time. */
export function FailedItem({ pipeline, item, selected, onSelect }: FailedItemProps) {
  const { id, stage, step, reason, headline, answers, record, can_retry: canRetry } = item;
  const text = textOf(record);
  return (
    <li className="flex flex-col gap-2 rounded-xl border border-line bg-panel p-4">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <Checkbox checked={selected} disabled={!canRetry} onChange={(event) => onSelect(event.target.checked)} aria-label={`Choose record ${id}`} className="mt-1" />
        <p className="min-w-0 flex-1 basis-60 font-medium break-words whitespace-pre-wrap">{reason || headline}</p>
        <p className="text-sm text-soft">
          {pipeline ? (
            <Link to={`/pipelines/${encodeURIComponent(pipeline)}`} title="The pipeline with its steps and prompts" className="underline underline-offset-4 hover:text-text">
              {[stage, step].filter(Boolean).join(" · ")}
            </Link>
          ) : (
            [stage, step].filter(Boolean).join(" · ")
          )}{" "}
          · <code className="font-mono">{id}</code>
        </p>
      </div>
      {!canRetry && <p className="text-sm text-warn">No model was asked for this one, so none can be asked again. What stands in its way has to be mended first; then run the config again.</p>}
      {text && <p className="line-clamp-4 border-l-3 border-line pl-3 break-words whitespace-pre-wrap">{text}</p>}
      {answers.map(({ attempt, reason: refused, answer }, index) => (
        <details key={index} className="rounded-lg border border-line px-3 py-2">
          <summary className="text-sm break-words">
            <span className="font-medium">Try {attempt}</span> <span className="text-soft">{refused || "no reason is written down"}</span>
          </summary>
          <div className="mt-2">{answer ? <CodeBlock text={answer} label={`the answer of try ${attempt}`} /> : <p className="text-sm text-soft">The model gave no answer.</p>}</div>
        </details>
      ))}
      {answers.length === 0 && canRetry && <p className="text-sm text-soft">No answer of a model is kept with it.</p>}
      <details>
        <summary className="text-sm text-soft">The whole record, {counted(Object.keys(record).length, "column")}</summary>
        <div className="mt-2">
          <CodeBlock text={JSON.stringify(record, null, 2)} label="the record as JSON" />
        </div>
      </details>
    </li>
  );
}
