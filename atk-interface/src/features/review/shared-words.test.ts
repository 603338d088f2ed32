import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foundIn, piecesOf, sharedRuns, wordsOf } from "@/features/review/shared-words";

const marked = (text: string, others: string[], fewest?: number) => sharedRuns(text, others, fewest).map(({ start, end }) => text.slice(start, end));

describe("sharedRuns", () => {
  it("finds runs of four words, whatever their case, punctuation and line breaks", () => {
    expect(marked("Put on protectors. The organ\nreaches 121 decibels in the pipe house.", ["the fog organ reaches 121 decibels, in the pipe house"])).toEqual(["organ\nreaches 121 decibels in the pipe house"]);
  });

  it("leaves shorter runs alone: any two texts share some words", () => {
    expect(marked("in the pipe room", ["in the pipe house"])).toEqual([]);
  });

  it("finds no run that begins in one text and ends in another", () => {
    expect(marked("one two three four", ["one two", "three four"])).toEqual([]);
  });

  it("keeps two runs apart that only stand side by side", () => {
    expect(marked("a b c d e f g h", ["a b c d", "e f g h"])).toEqual(["a b c d", "e f g h"]);
  });

  it("tells figures apart by their decimals", () => {
    expect(marked("a pressure below 1.2 bar", ["a pressure below 1.3 bar"])).toEqual([]);
  });

  const letters = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 14 }).map((words) => words.join(" "));

  it("marks a word exactly when it lies in a common run of that length", () => {
    fc.assert(
      fc.property(letters, letters, fc.integer({ min: 1, max: 5 }), (text, other, fewest) => {
        const [words, others] = [text.split(" ").filter(Boolean), other.split(" ").filter(Boolean)];
        const expected = words.map((_, word) =>
          words.some((__, from) => from <= word && word < from + fewest && from + fewest <= words.length && others.some((___, at) => at + fewest <= others.length && words.slice(from, from + fewest).join() === others.slice(at, at + fewest).join())),
        );
        const spans = sharedRuns(text, [other], fewest);
        expect(wordsOf(text).map((word) => spans.some((span) => span.start <= word.start && word.end <= span.end))).toEqual(expected);
      }),
    );
  });

  it("cuts a text into pieces that make up the text", () => {
    fc.assert(
      fc.property(letters, letters, (text, other) => {
        expect(piecesOf(text, sharedRuns(text, [other], 2)).map((piece) => piece.text).join("")).toBe(text);
      }),
    );
  });
});

describe("foundIn", () => {
  it("counts the words of all answers, and those that were found", () => {
    expect(foundIn(["The organ reaches 121 decibels", "Never heard of it"], "Beware: the organ reaches 121 decibels in the house")).toEqual({ found: 5, all: 9 });
  });
});
