import { Link } from "react-router";
import type { DatasetEntry } from "@/api/schema";
import { TimeAgo } from "@/components/time-ago";
import { TrainButton } from "@/components/training/train-button";
import { addressOf, isTrainable, KINDS } from "@/features/datasets/dataset-kind";
import { bytes, compact, counted } from "@/lib/format";
import { hueOf } from "@/lib/pipeline-hue";

/** An entry of the list: what it is, how much, and what to do with it. */
export function DatasetRow({ entry }: { entry: DatasetEntry }) {
  const look = KINDS.find(({ kind }) => kind === entry.kind);
  const Icon = look?.icon;
  return (
    <li className="hued flex flex-wrap items-center gap-x-5 gap-y-2 rounded-xl border border-line bg-panel px-4 py-3" style={{ "--hue": hueOf(entry.pipeline).hue }}>
      {Icon && <Icon aria-hidden className="size-5 shrink-0 text-hue" />}
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <Link to={addressOf(entry)} className="font-semibold break-all hover:underline">
            {entry.name}
          </Link>
          <span className="text-sm text-soft">{[look?.word, entry.stage, entry.format].filter(Boolean).join(" · ")}</span>
        </p>
        <p className="text-sm text-soft">
          of{" "}
          <Link to={`/runs/${entry.run}`} className="underline underline-offset-4">
            {entry.run_name}
          </Link>
          , <TimeAgo at={entry.created} />
        </p>
      </div>
      <p className="flex flex-wrap gap-x-4 text-sm tabular-nums">
        <span>{counted(entry.rows, "row")}</span>
        {entry.tokens > 0 && <span>{compact(entry.tokens)} tokens</span>}
        {entry.expected_steps > 0 && <span>{counted(entry.expected_steps, "step")}</span>}
        <span className="text-soft">{bytes(entry.size)}</span>
      </p>
      {isTrainable(entry) && <TrainButton entries={[entry]} size="small" label={`Train on this: ${entry.name}`} />}
    </li>
  );
}
