import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { isProblemWith } from "@/api/problems";
import { refreshSamples, samplesQuery, type Places, type SampleFilter } from "@/api/samples";
import type { ReviewCounts } from "@/api/schema";
import { toast } from "@/components/toasts";
import { placedRows, type PlacedRows } from "@/features/review/placed-rows";

export interface SampleRows extends PlacedRows {
  /** Nothing follows. */
  complete: boolean;
  searching: boolean;
  stopped: boolean;
  stop: () => void;
  goOn: () => void;
  error: unknown;
  /** The rows from one to another are in sight: bring them, and what follows soon. */
  want: (first: number, last: number) => void;
}

const SOON = 15;

/** Rows that fit a filter, as many as are looked at, kept up to date with what others decide. */
export function useSampleList(run: string, filter: SampleFilter, reviewed: ReviewCounts): SampleRows {
  const name = JSON.stringify([run, filter]);
  const [memory, setMemory] = useState<{ name: string; places: Places }>(() => ({ name, places: new Map() }));
  if (memory.name !== name) setMemory({ name, places: new Map() }); // another list has other places
  const { places } = memory;
  const options = samplesQuery(run, filter, places);
  const query = useInfiniteQuery(options);
  const { hasNextPage, hasPreviousPage, isFetching, isError, error, fetchNextPage, fetchPreviousPage } = query;
  const rows = useMemo(() => placedRows(query.data?.pages ?? []), [query.data]);

  const [stoppedAt, setStoppedAt] = useState("");
  const stopped = stoppedAt === name;
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  const isIdle = !isFetching && !isError;
  const wantsMore = isIdle && hasNextPage && !stopped && seen.last >= rows.count - SOON;
  const wantsBack = isIdle && hasPreviousPage && seen.first < rows.begin + SOON;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
    else if (wantsBack) void fetchPreviousPage();
  }, [wantsMore, wantsBack, fetchNextPage, fetchPreviousPage]);

  const isOutdated = isProblemWith(error, "cursor-outdated");
  const startOver = useStartOver(options.queryKey, places);
  useEffect(() => {
    if (isOutdated) startOver();
    // Once for each time that it happens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isOutdated]);
  useRefresh({ run, filter, reviewed, cursor: rows.cursorAt(seen.first), onOutdated: startOver });

  return {
    ...rows,
    complete: query.data !== undefined && !hasNextPage,
    searching: query.isPending || (isFetching && hasNextPage && !stopped),
    stopped,
    stop: () => setStoppedAt(name),
    goOn: () => {
      setStoppedAt("");
      if (isError) void (query.data ? fetchNextPage() : query.refetch());
    },
    error: isOutdated ? null : error,
    want: (first, last) => setSeen((before) => (before.first === first && before.last === last ? before : { first, last })),
  };
}

/** Cursors of a dataset that was written again lead nowhere: begin with its first row, and say so. */
function useStartOver(queryKey: readonly unknown[], places: Places): () => void {
  const client = useQueryClient();
  return () => {
    places.clear();
    toast({ tone: "info", title: "The dataset was written again", detail: "The list begins anew with its first row." });
    void client.resetQueries({ queryKey });
  };
}

interface Refresh {
  run: string;
  filter: SampleFilter;
  reviewed: ReviewCounts;
  cursor: string;
  onOutdated: () => void;
}

/** Other counts: somebody has decided, here or elsewhere. What is in sight is looked at again. */
function useRefresh({ run, filter, reviewed, cursor, onOutdated }: Refresh): void {
  const client = useQueryClient();
  const counts = `${reviewed.accept} ${reviewed.reject} ${reviewed.edit}`;
  const seen = useRef(counts);
  useEffect(() => {
    if (seen.current === counts) return;
    seen.current = counts;
    refreshSamples(client, run, filter, cursor).catch((problem: unknown) => {
      if (isProblemWith(problem, "cursor-outdated")) onOutdated();
    });
    // A page that was only scrolled to is fresh.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [counts]);
}
