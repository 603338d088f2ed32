import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { refreshFiles } from "@/api/files";
import type { UploadItem } from "@/features/files/uploads/upload-item";

const PAUSE_MS = 1_500;

/** Lists of folders show what has arrived; not at every single file, of which there may be a hundred in a second. */
export function useRefreshAfterUploads(items: readonly UploadItem[]): void {
  const client = useQueryClient();
  const done = items.filter(({ state }) => state === "done");
  const roots = [...new Set(done.map(({ root }) => root))].join();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (done.length === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const root of ["inputs", "outputs", "models"] as const) if (roots.includes(root)) void refreshFiles(client, root);
    }, PAUSE_MS);
  }, [done.length, roots, client]);
}
