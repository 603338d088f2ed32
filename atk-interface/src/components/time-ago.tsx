import { useNow } from "@/lib/clock";
import { ago, moment } from "@/lib/format";

/** How long ago something was; the exact time on hover. */
export function TimeAgo({ at }: { at: number }) {
  const now = useNow();
  if (!at) return <span>–</span>;
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={moment(at)}>
      {ago(at, now)}
    </time>
  );
}
