import { useQuery } from "@tanstack/react-query";
import { reviewHistoryQuery } from "@/api/reviews";
import type { Decision, ReviewHistory } from "@/api/schema";
import { Loaded, Skeleton } from "@/components/loading";
import { TimeAgo } from "@/components/time-ago";

const DID: Record<Decision, string> = { accept: "Accepted", reject: "Rejected", edit: "Edited", undo: "Decision taken back" };

/** Everything that was decided about a row, the newest first. */
export function RowHistory({ run, dataset, row }: { run: string; dataset: string; row: string }) {
  const query = useQuery(reviewHistoryQuery(run, dataset, row));
  return (
    <Loaded query={query} placeholder={<Skeleton className="h-6" />}>
      {({ items }) => (items.length === 0 ? <p className="text-soft">Nobody has decided about this row yet.</p> : <Decisions items={items} />)}
    </Loaded>
  );
}

function Decisions({ items }: Pick<ReviewHistory, "items">) {
  return (
    <ol className="flex flex-col gap-1 text-sm">
      {items.toReversed().map(({ t, decision, note }, index) => (
        <li key={index}>
          <span className="font-medium">{DID[decision]}</span> <span className="text-soft"><TimeAgo at={t} /></span>
          {note && <span className="block break-words whitespace-pre-wrap">“{note}”</span>}
        </li>
      ))}
    </ol>
  );
}
