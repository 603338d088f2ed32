import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/button";
import { ProgressLine } from "@/components/progress-line";
import { ExistingQuestion } from "@/features/files/uploads/existing-question";
import { NextStep } from "@/features/files/uploads/next-step";
import { UploadRows } from "@/features/files/uploads/upload-rows";
import { summarise, type UploadSummary } from "@/features/files/uploads/upload-item";
import { useRefreshAfterUploads } from "@/features/files/uploads/use-refresh-after-uploads";
import { uploads, useUploads } from "@/features/files/uploads/use-uploads";
import { useWarnBeforeLeaving } from "@/features/files/uploads/use-warn-before-leaving";
import { bytes, count, counted } from "@/lib/format";

/** In a corner of every page, as long as something is uploaded or somebody has not seen yet what came of it. */
export default function UploadPanel() {
  const items = useUploads();
  const summary = summarise(items);
  const [chosen, setChosen] = useState<boolean>();
  const folded = chosen ?? summary.failed === 0; // what failed is in sight by itself
  useRefreshAfterUploads(items);
  useWarnBeforeLeaving(summary.underWay > 0);
  if (items.length === 0) return null;

  const over = summary.underWay === 0 && summary.existing === 0;
  return (
    <section
      data-quiet
      aria-label="Uploads"
      className="hued fixed bottom-0 left-0 z-30 flex max-h-[min(32rem,60dvh)] w-full flex-col rounded-t-2xl border border-line bg-panel shadow-card sm:bottom-4 sm:left-4 sm:w-104 lg:left-64 sm:rounded-2xl"
    >
      <header className="px-4 pt-3 pb-2.5">
        <div className="flex items-center gap-1">
          <h2 className="min-w-0 flex-1 truncate font-semibold tabular-nums">
            <span role="status">{headline(summary)}</span>
          </h2>
          <IconButton label={folded ? "Show the files" : "Fold the list of files"} aria-expanded={!folded} onClick={() => setChosen(!folded)}>
            {folded ? <ChevronUp aria-hidden className="size-4" /> : <ChevronDown aria-hidden className="size-4" />}
          </IconButton>
          {over && (
            <IconButton label="Close the list of uploads" onClick={() => {
                uploads.clear();
                setChosen(undefined);
              }}>
              <X aria-hidden className="size-4" />
            </IconButton>
          )}
        </div>
        <ProgressLine done={summary.sent} total={summary.bytes || 1} label="Bytes uploaded" className="mt-1" />
        <p className="mt-1.5 text-sm text-soft tabular-nums">{figures(summary)}</p>
        {summary.away && <p className="mt-1 text-sm font-medium text-warn">The service does not answer. The upload goes on by itself when it is back.</p>}
      </header>
      {summary.existing > 0 && <ExistingQuestion items={items} />}
      {!folded && <UploadRows items={items} />}
      {over && <NextStep items={items} />}
    </section>
  );
}

function headline({ underWay, failed, existing, done, total }: UploadSummary): string {
  if (underWay > 0) return `Uploading: ${count(done)} of ${count(total)}`;
  if (existing > 0) return `${counted(existing, "file exists", "files exist")} already`;
  if (failed > 0) return `${counted(failed, "file")} could not be uploaded`;
  return done === 0 ? "Nothing was uploaded" : `Uploaded: ${count(done)} of ${count(total)}`;
}

/** Nothing is left out: whatever did not become a file there is counted by its name. */
function figures({ bytes: all, sent, done, failed, skipped, cancelled, existing }: UploadSummary): string {
  const parts = [`${bytes(sent)} of ${bytes(all)}`, `${count(done)} done`];
  if (failed) parts.push(`${count(failed)} failed`);
  if (existing) parts.push(`${count(existing)} to decide`);
  if (skipped) parts.push(`${count(skipped)} skipped`);
  if (cancelled) parts.push(`${count(cancelled)} cancelled`);
  return parts.join(" · ");
}
