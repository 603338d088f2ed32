import { expect, it } from "vitest";
import type { Sample } from "@/api/schema";
import { byPassage } from "@/features/compare/same-source";

let number = 0;
const sample = (chunk: string, text: string | null, start = 0, file = "a.txt"): Sample => ({
  id: `${++number}`, number, row: {}, traced: true, sources: [{ file, corpus: "", sha256: "", page: null, start, end: start + 9, licence: "", chunk, text }],
});

it("lays the rows of one chunk side by side, in the order of the document", () => {
  const passages = byPassage("a.txt", [sample("c2", "later", 500), sample("c1", "first")], [sample("c1", "first"), sample("c1", "first")]);
  expect(passages.map(({ key, first, second }) => [key, first.length, second.length])).toEqual([["c1", 1, 2], ["c2", 1, 0]]);
});
it("knows a chunk of another id by its text, and leaves other documents out", () => {
  const passages = byPassage("a.txt", [sample("x", "the same")], [sample("y", "the same"), sample("z", "else", 0, "b.txt")]);
  expect(passages).toHaveLength(1);
  expect(passages[0]).toMatchObject({ first: [{}], second: [{}] });
});
it("keeps passages without a text apart", () => {
  expect(byPassage("a.txt", [sample("x", null)], [sample("y", null)])).toHaveLength(2);
});
