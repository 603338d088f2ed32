import type { Root } from "@/api/files";

/** `away`: the service does not answer, so it waits and goes on by itself. `exists`: somebody must say whether to replace. */
export type UploadState = "waiting" | "sending" | "away" | "exists" | "failed" | "done" | "skipped" | "cancelled";

export interface UploadItem {
  id: number;
  /** What was chosen or dropped together. */
  batch: number;
  root: Root;
  /** Where it goes, relative to the root. */
  path: string;
  kind: "file" | "archive" | "folder";
  size: number;
  /** Bytes that the service says have arrived. */
  sent: number;
  state: UploadState;
  /** Why it failed or waits. */
  reason: string;
  /** Whether it can be tried again: not what could not be read in the first place. */
  canRetry: boolean;
  /** What an archive was unpacked to. */
  unpacked: number;
}

export const isUnderWay = ({ state }: UploadItem): boolean => state === "waiting" || state === "sending" || state === "away";

export interface UploadSummary {
  /** Files, archives and empty folders; those cancelled or skipped are in neither figure of bytes. */
  total: number;
  done: number;
  failed: number;
  existing: number;
  skipped: number;
  cancelled: number;
  underWay: number;
  away: boolean;
  bytes: number;
  sent: number;
}

export function summarise(items: readonly UploadItem[]): UploadSummary {
  const summary: UploadSummary = { total: items.length, done: 0, failed: 0, existing: 0, skipped: 0, cancelled: 0, underWay: 0, away: false, bytes: 0, sent: 0 };
  for (const item of items) {
    if (item.state === "done") summary.done += 1;
    else if (item.state === "failed") summary.failed += 1;
    else if (item.state === "exists") summary.existing += 1;
    else if (item.state === "skipped") summary.skipped += 1;
    else if (item.state === "cancelled") summary.cancelled += 1;
    else summary.underWay += 1;
    summary.away ||= item.state === "away";
    if (item.state === "skipped" || item.state === "cancelled") continue;
    summary.bytes += item.size;
    summary.sent += item.state === "done" ? item.size : item.sent;
  }
  return summary;
}
