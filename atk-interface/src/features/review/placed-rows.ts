import type { PlacedPage } from "@/api/samples";
import type { Sample } from "@/api/schema";

/** The pages that are held, as one list. Rows of pages that were let go keep their places, and are undefined. */
export interface PlacedRows {
  count: number;
  /** Index of the first row that is held. */
  begin: number;
  scanned: number;
  unreadable: number;
  at: (index: number) => Sample | undefined;
  indexOf: (id: string) => number;
  /** Cursor of the page that holds a row. */
  cursorAt: (index: number) => string;
}

export function placedRows(pages: readonly PlacedPage[]): PlacedRows {
  const last = pages.at(-1);
  const pageAt = (index: number) => pages.findLast(({ offset }) => offset <= index);
  return {
    count: last ? last.offset + last.items.length : 0,
    begin: pages[0]?.offset ?? 0,
    scanned: last?.scanned ?? 0,
    unreadable: pages.reduce((sum, page) => sum + page.unreadable, 0),
    at: (index) => {
      const page = pageAt(index);
      return page?.items[index - page.offset];
    },
    indexOf: (id) => {
      for (const { items, offset } of pages) {
        const index = items.findIndex((item) => item.id === id);
        if (index >= 0) return offset + index;
      }
      return -1;
    },
    cursorAt: (index) => pageAt(index)?.cursor ?? "",
  };
}
