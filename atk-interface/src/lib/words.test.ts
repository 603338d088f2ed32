import { expect, it } from "vitest";
import { hasWords } from "@/lib/words";

it("finds words in any order, and everything where nothing is searched for", () => {
  expect(hasWords("Harbour questions, pairs", "PAIRS harb")).toBe(true);
  expect(hasWords("Harbour questions, pairs", "pairs lamp")).toBe(false);
  expect(hasWords("anything", "  ")).toBe(true);
});
