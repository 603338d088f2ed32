import { Brain, FileBox, MessagesSquare, Puzzle, type LucideIcon } from "lucide-react";
import { Link } from "react-router";
import type { ModelEntry, ModelKind } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { TimeAgo } from "@/components/time-ago";
import { changeOf, figureInWords } from "@/features/models/figure-words";
import { addressOf, chatWith, parametersOf, wordOf } from "@/features/models/model-words";
import { bytes, counted } from "@/lib/format";

const ICONS: Record<ModelKind, LucideIcon> = { full: Brain, adapter: Puzzle, gguf: FileBox };

/** A model of the list, with what its newest evaluation says in one line. */
export function ModelRow({ model }: { model: ModelEntry }) {
  const Icon = ICONS[model.kind];
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-2 rounded-xl border border-line bg-panel px-4 py-3">
      <Icon aria-hidden className="size-5 shrink-0 text-hue" />
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <Link to={addressOf(model.path)} className="font-semibold break-all hover:underline">
            {model.name}
          </Link>
          <span className="text-sm text-soft">{[wordOf(model.kind), parametersOf(model)].filter(Boolean).join(" · ")}</span>
          {model.served.length > 0 && <span className="rounded-full border border-good px-2 text-sm font-medium text-good">served</span>}
        </p>
        <p className="text-sm break-words text-soft">
          {model.base_model && <>from {model.base_model} · </>}
          <code className="font-mono break-all">{model.path}</code>
        </p>
        <Verdict model={model} />
      </div>
      <p className="flex flex-wrap gap-x-4 text-sm text-soft tabular-nums">
        {model.exports.length > 0 && <span>{counted(model.exports.length, "export")}</span>}
        <span>{bytes(model.size)}</span>
        <TimeAgo at={model.created} />
      </p>
      <ButtonLink to={chatWith(model.path)} aria-label={`Chat with ${model.name}`} size="small" icon={<MessagesSquare aria-hidden className="size-4" />}>
        Chat
      </ButtonLink>
    </li>
  );
}

const TONES = { better: "text-good", worse: "text-bad", unclear: "", unknown: "" };

function Verdict({ model: { figures, kind } }: { model: ModelEntry }) {
  const [first] = figures;
  if (first) return <p className={`font-medium tabular-nums ${TONES[changeOf(first)]}`}>{figureInWords(first)}</p>;
  return kind === "gguf" ? null : <p className="text-sm text-soft">Not evaluated yet.</p>;
}
