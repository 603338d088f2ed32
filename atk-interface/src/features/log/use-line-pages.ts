import { useEffect, useState, useSyncExternalStore } from "react";
import { logLines } from "@/api/log";
import type { LogFile } from "@/api/schema";
import { LinePages } from "@/features/log/line-pages";

/** The lines of a log that are looked at. `version` changes when others of them are there. */
export function useLinePages(run: string, file: LogFile, total: number): { pages: LinePages; version: number } {
  const [pages] = useState(() => new LinePages((start, count, signal) => logLines(run, file, { start, count }, signal), total));
  const version = useSyncExternalStore(pages.subscribe, pages.version);
  useEffect(() => pages.setTotal(total), [pages, total]);
  useEffect(() => () => pages.close(), [pages]);
  return { pages, version };
}
