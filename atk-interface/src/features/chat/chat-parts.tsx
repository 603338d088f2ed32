import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Link } from "react-router";
import { correctionsQuery } from "@/api/corrections";
import { count } from "@/lib/format";

/** The two parts of the page; how many answers wait to be corrected stands beside the second. */
export function ChatParts({ isInbox }: { isInbox: boolean }) {
  const open = useInfiniteQuery(correctionsQuery("open")).data?.pages[0]?.counts["open"] ?? 0;
  const look = (isHere: boolean) => clsx("rounded-lg px-3 py-1.5 transition", isHere ? "bg-raised font-semibold text-text" : "hover:text-text");
  return (
    <nav aria-label="Parts of chat" className="-ml-3 flex gap-1">
      <Link to="/chat" aria-current={isInbox ? undefined : "true"} className={look(!isInbox)}>
        Conversations
      </Link>
      <Link to="/chat?view=corrections" aria-current={isInbox ? "true" : undefined} className={look(isInbox)}>
        Corrections {open > 0 && <span className="ml-1 rounded-full bg-hue-soft px-2 py-0.5 text-text tabular-nums">{count(open)}</span>}
      </Link>
    </nav>
  );
}
