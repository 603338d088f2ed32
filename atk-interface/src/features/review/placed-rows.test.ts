import { describe, expect, it } from "vitest";
import type { PlacedPage } from "@/api/samples";
import { placedRows } from "@/features/review/placed-rows";

const page = (offset: number, ids: string[]): PlacedPage => ({
  items: ids.map((id, index) => ({ id, number: offset + index, row: {}, traced: true })),
  next: "n",
  scanned: 0.5,
  unreadable: 1,
  cursor: `at-${offset}`,
  previous: null,
  offset,
});

describe("placedRows", () => {
  const rows = placedRows([page(100, ["a", "b"]), page(102, []), page(102, ["c"])]);

  it("keeps the place of rows whose pages were let go", () => {
    expect([rows.count, rows.begin, rows.unreadable]).toEqual([103, 100, 3]);
    expect(rows.at(99)).toBeUndefined();
    expect(rows.at(101)?.id).toBe("b");
    expect(rows.at(103)).toBeUndefined();
  });

  it("finds rows across empty answers of a search", () => {
    expect(rows.at(102)?.id).toBe("c");
    expect(rows.indexOf("c")).toBe(102);
    expect(rows.indexOf("z")).toBe(-1);
    expect(rows.cursorAt(101)).toBe("at-100");
  });
});
