import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { answer, service } from "@/api/client";
import type { SamplePage } from "@/api/schema";

/** Which rows of a dataset; empty for what does not matter. */
export interface SampleFilter {
  dataset: string;
  text: string;
  file: string;
  decision: "" | "accept" | "reject" | "edit" | "none";
}

const PAGE = 50;
/** So many pages are kept; those behind are asked for again when somebody scrolls back. */
const MOST_PAGES = 100;

/** A page with its place in the list, so that the list keeps its numbers when pages behind are let go. */
export interface PlacedPage extends SamplePage {
  cursor: string;
  previous: string | null;
  /** How many rows lie before it in the list. */
  offset: number;
}

export type SampleList = InfiniteData<PlacedPage, string>;

const samplesKey = (run: string, filter: SampleFilter) => ["runs", "samples", run, filter.dataset, filter] as const;

const ask = (run: string, { dataset, text, file, decision }: SampleFilter, cursor: string, signal?: AbortSignal) =>
  answer(
    service.GET("/api/runs/{run_id}/samples", {
      params: { path: { run_id: run }, query: { dataset, text, file, decision: decision || null, ignore_case: true, cursor: cursor || null, limit: PAGE } },
      ...(signal && { signal }),
    }),
  );

/** Where pages begin, by their cursor: what a list remembers of the pages that it has let go. */
export type Places = Map<string, { previous: string; offset: number }>;

/**
 * Rows of a dataset, answer by answer. While a filter searches, an answer may hold few rows or none, with more to come.
 * The cursor of the first page is empty.
 */
export const samplesQuery = (run: string, filter: SampleFilter, places: Places) =>
  infiniteQueryOptions({
    queryKey: samplesKey(run, filter),
    queryFn: async ({ pageParam: cursor, signal }): Promise<PlacedPage> => {
      const page = await ask(run, filter, cursor, signal);
      const place = places.get(cursor);
      const offset = place?.offset ?? 0;
      if (page.next !== null && page.next !== cursor) places.set(page.next, { previous: cursor, offset: offset + page.items.length });
      return { ...page, cursor, previous: place?.previous ?? null, offset };
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    getPreviousPageParam: ({ previous }) => previous,
    maxPages: MOST_PAGES,
    enabled: run !== "" && filter.dataset !== "",
    refetchOnWindowFocus: false, // see refreshSamples
    staleTime: 60_000,
    gcTime: 60_000,
  });

/** One row by its id: searched for, since it may be anywhere in the dataset. Null when there is none. */
export const sampleQuery = (run: string, dataset: string, id: string) =>
  queryOptions({
    queryKey: ["runs", "sample", run, dataset, id],
    queryFn: async ({ signal }) => {
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page: SamplePage = await ask(run, { dataset, text: id, file: "", decision: "" }, cursor, signal);
        const found = page.items.find((item) => item.id === id);
        if (found) return found;
        cursor = page.next;
      }
      return null;
    },
    enabled: id !== "",
  });

/** Names decisions that are on their way to the service. */
export const reviewing = (run: string) => ["review", run] as const;

/**
 * Ask again for one page, since somebody else may have decided about its rows. Rows that no longer fit the filter stay
 * where they are: nobody's list shall jump while they read.
 *
 * @throws ProblemError with the code cursor-outdated when the dataset was written again.
 */
export async function refreshSamples(client: QueryClient, run: string, filter: SampleFilter, cursor: string): Promise<void> {
  const fresh = new Map((await ask(run, filter, cursor)).items.map((item) => [item.id, item]));
  if (client.isMutating({ mutationKey: reviewing(run) }) > 0) return; // what is shown is newer; the next counts bring us back
  client.setQueryData<SampleList>(samplesKey(run, filter), (list) => list && mapRows(list, (row) => fresh.get(row.id) ?? row));
}

/** The list with each row as `change` makes it; what stays the same keeps its identity. */
export const mapRows = (list: SampleList, change: (row: SamplePage["items"][number]) => SamplePage["items"][number]): SampleList => ({
  ...list,
  pages: list.pages.map((page) => {
    const items = page.items.map(change);
    return items.every((item, index) => item === page.items[index]) ? page : { ...page, items };
  }),
});
