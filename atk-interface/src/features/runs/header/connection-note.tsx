import clsx from "clsx";
import { Radio } from "lucide-react";
import type { Connection } from "@/api/run-events";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format";

/** Whether what is on the page is what is going on, and if not, how old it is. */
export function ConnectionNote({ connection, heardAt }: { connection: Connection; heardAt: number }) {
  const now = useNow();
  const age = Math.max(0, Math.round(now - heardAt));
  const isLive = connection === "live";
  return (
    <span role="status" className={clsx("inline-flex items-center gap-1.5 text-sm", isLive ? "text-soft" : "font-medium text-warn")}>
      <Radio aria-hidden className={clsx("size-4", isLive && "text-good")} />
      {wordsFor(connection, age)}
    </span>
  );
}

function wordsFor(connection: Connection, age: number): string {
  if (connection === "live") return "live";
  if (connection === "waiting") return `reconnecting: what you see is from ${duration(age)} ago`;
  return "connecting …";
}
