import { Ban, CircleAlert, CircleCheck, CircleHelp, Clock, LoaderCircle, RotateCw, Unplug, X, type LucideIcon } from "lucide-react";
import { Button, IconButton } from "@/components/button";
import { ProgressLine } from "@/components/progress-line";
import { isUnderWay, type UploadItem, type UploadState } from "@/features/files/uploads/upload-item";
import { uploads } from "@/features/files/uploads/use-uploads";
import { bytes, counted } from "@/lib/format";
import { nameOf } from "@/lib/paths";

const LOOKS: Record<UploadState, { icon: LucideIcon; tone: string; word: string }> = {
  waiting: { icon: Clock, tone: "text-soft", word: "Waiting" },
  sending: { icon: LoaderCircle, tone: "text-ember", word: "Uploading" },
  away: { icon: Unplug, tone: "text-warn", word: "Waiting for the service" },
  exists: { icon: CircleHelp, tone: "text-warn", word: "Is there already" },
  failed: { icon: CircleAlert, tone: "text-bad", word: "Failed" },
  done: { icon: CircleCheck, tone: "text-good", word: "Done" },
  skipped: { icon: Ban, tone: "text-soft", word: "Skipped" },
  cancelled: { icon: Ban, tone: "text-soft", word: "Cancelled" },
};

/** One file: where it goes, how far it is, what is wrong with it, and what can be done. */
export function UploadRow({ item }: { item: UploadItem }) {
  const { icon: Icon, tone, word } = LOOKS[item.state];
  const name = nameOf(item.path);
  return (
    <div className="flex items-center gap-2.5 px-4 py-1.5">
      <Icon aria-hidden className={`size-4 shrink-0 ${tone} ${item.state === "sending" ? "animate-spin" : ""}`} />
      <div className="min-w-0 flex-1">
        <p className="truncate text-sm" title={`${item.root}/${item.path}`}>
          {item.path}
        </p>
        {item.state === "sending" && item.size > 0 ? (
          <ProgressLine done={item.sent} total={item.size} label={`${name}: ${bytes(item.sent)} of ${bytes(item.size)}`} className="my-1.5" />
        ) : (
          <p className={`text-xs break-words ${item.state === "failed" ? "text-bad" : "text-soft"}`}>
            {word}
            {item.state === "failed" && `: ${item.reason}`}
            {item.state === "done" && doneWords(item)}
          </p>
        )}
      </div>
      {item.state === "exists" && (
        <>
          <Button size="small" variant="plain" aria-label={`Skip ${name}`} onClick={() => uploads.decide([item.id], false, false)}>
            Skip
          </Button>
          <Button size="small" variant="plain" aria-label={`Replace ${name}`} onClick={() => uploads.decide([item.id], true, false)}>
            Replace
          </Button>
        </>
      )}
      {item.state === "failed" && item.canRetry && (
        <IconButton label={`Try ${name} again`} onClick={() => uploads.retry([item.id])}>
          <RotateCw aria-hidden className="size-4" />
        </IconButton>
      )}
      {isUnderWay(item) && (
        <IconButton label={`Cancel ${name}`} onClick={() => uploads.cancel([item.id])}>
          <X aria-hidden className="size-4" />
        </IconButton>
      )}
    </div>
  );
}

function doneWords({ kind, size, unpacked }: UploadItem): string {
  if (kind === "archive") return ` · unpacked to ${counted(unpacked, "file")}`;
  return kind === "folder" ? " · empty folder" : ` · ${bytes(size)}`;
}
