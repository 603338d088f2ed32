import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { failedQuery, retryableIds, type FailedFilter } from "@/api/failed";
import { Button } from "@/components/button";
import { Skeleton } from "@/components/loading";
import { ProblemNote } from "@/components/problem-note";
import { ShowMore } from "@/components/show-more";
import { toastProblem } from "@/components/toasts";
import { FailedItem } from "@/features/failed/failed-item";
import { count, percent } from "@/lib/format";

interface FailedListProps {
  run: string;
  pipeline: string;
  filter: FailedFilter;
  /** How many fit the filter. */
  total: number;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}

/** The records that failed in one way, or in any. */
export function FailedList({ run, pipeline, filter, total, selected, onSelect }: FailedListProps) {
  const query = useInfiniteQuery(failedQuery(run, filter));
  const [choosing, setChoosing] = useState(false);
  if (query.isPending) return <Skeleton className="h-48" />;
  if (query.error && !query.data) return <ProblemNote error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data.pages.flatMap((page) => page.items);

  const toggle = (id: string, wanted: boolean) => {
    const next = new Set(selected);
    if (wanted) next.add(id);
    else next.delete(id);
    onSelect(next);
  };
  const chooseAll = async () => {
    setChoosing(true);
    try {
      onSelect(new Set([...selected, ...(await retryableIds(run, filter))]));
    } catch (error) {
      toastProblem("They could not be chosen", error);
    } finally {
      setChoosing(false);
    }
  };

  return (
    <section aria-label="Failed records" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button size="small" busy={choosing} onClick={() => void chooseAll()}>
          Choose all {count(total)}
        </Button>
        <Button size="small" variant="plain" disabled={selected.size === 0} onClick={() => onSelect(new Set())}>
          Choose none
        </Button>
        <p role="status" className="text-sm text-soft tabular-nums">
          {count(selected.size)} chosen
        </p>
      </div>
      <ul className="flex flex-col gap-3">
        {items.map((item, index) => (
          <FailedItem key={`${item.id} ${index}`} pipeline={pipeline} item={item} selected={selected.has(item.id)} onSelect={(wanted) => toggle(item.id, wanted)} />
        ))}
      </ul>
      <ShowMore query={query} className="self-center">
        Show more ({count(items.length)} of {count(total)}, {percent(query.data.pages.at(-1)?.scanned ?? 0)} of the file)
      </ShowMore>
    </section>
  );
}
