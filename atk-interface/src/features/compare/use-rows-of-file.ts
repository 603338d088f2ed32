import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { rowsOfFileQuery } from "@/api/records";
import type { Sample } from "@/api/schema";

/** A document of a book's length makes a few hundred rows; more than this nobody compares by eye. */
const MOST_ROWS = 600;

/** The rows of a dataset that rest on one document, all pages of them. */
export function useRowsOfFile(run: string, dataset: string, file: string, text: string): { rows: Sample[]; isSearching: boolean; isCut: boolean; error: Error | null } {
  const query = useInfiniteQuery(rowsOfFileQuery(run, dataset, file, text));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const isCut = rows.length >= MOST_ROWS;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && !isCut) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, isCut, fetchNextPage]);
  return { rows, isSearching: isFetching, isCut: isCut && hasNextPage, error: query.error };
}
