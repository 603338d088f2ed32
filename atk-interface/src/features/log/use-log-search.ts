import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { logSearchQuery, type LogSearch } from "@/api/log";
import { gather, neighbour, type Found } from "@/features/log/matches";

/** So many matches are looked for by themselves; further ones when somebody gets near. */
const AHEAD = 2_000;

export interface Searching extends Found {
  error: unknown;
  searching: boolean;
  stopped: boolean;
  stop: () => void;
  goOn: () => void;
  /** The match after a line, or before it; asks for more where more may come. */
  step: (line: number, direction: 1 | -1) => number | undefined;
}

/** A search through the whole log, answer by answer. Another text gives up the one under way. */
export function useLogSearch(search: LogSearch): Searching {
  const query = useInfiniteQuery(logSearchQuery(search));
  const [wish, setWish] = useState({ text: "", most: AHEAD, stopped: false });
  const own = wish.text === search.text ? wish : { text: search.text, most: AHEAD, stopped: false };

  const found = useMemo(() => gather(query.data?.pages ?? []), [query.data]);
  const goesOn = query.hasNextPage && !own.stopped && !query.isError && found.numbers.length < own.most;
  const { fetchNextPage, isFetching } = query;
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage({ cancelRefetch: false });
  }, [goesOn, isFetching, fetchNextPage]);

  const goOn = () => {
    setWish({ text: search.text, most: found.numbers.length + AHEAD, stopped: false });
    if (query.isError) void fetchNextPage();
  };
  return {
    ...found,
    error: query.error,
    searching: search.text !== "" && !own.stopped && (goesOn || isFetching),
    stopped: own.stopped,
    stop: () => setWish({ ...own, stopped: true }),
    goOn,
    step: (line, direction) => {
      const next = neighbour(found.numbers, line, direction);
      const isNearEnd = next === undefined || next >= (found.numbers.at(-100) ?? -1);
      if (direction === 1 && isNearEnd && query.hasNextPage && !own.stopped) goOn();
      return next;
    },
  };
}
