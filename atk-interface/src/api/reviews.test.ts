import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countsAfter, standingAfter, wayBack, type OneDecision, type Standing } from "@/api/reviews";

const form = fc.constantFrom({ text: "one" }, { text: "two" });
const decisions: fc.Arbitrary<OneDecision> = fc.oneof(
  fc.constantFrom<OneDecision["decision"] & ("accept" | "reject" | "undo")>("accept", "reject", "undo").map((decision) => ({ row: "r", decision, note: "" })),
  form.map((edited) => ({ row: "r", decision: "edit" as const, edited, note: "" })),
);
const nothing: Standing = { decision: null, edited: null };
const standings = fc.array(decisions).map((taken) => taken.reduce(standingAfter, nothing));

describe("decisions about a row", () => {
  it("keep an edited form until they are undone", () => {
    const edited = standingAfter(nothing, { row: "r", decision: "edit", edited: { text: "new" }, note: "" });
    expect(standingAfter(edited, { row: "r", decision: "reject", note: "" })).toEqual({ decision: "reject", edited: { text: "new" } });
    expect(standingAfter(edited, { row: "r", decision: "undo", note: "" })).toEqual(nothing);
  });

  it("lead back to exactly what stood before, whatever has come since", () => {
    fc.assert(
      fc.property(standings, standings, (before, now) => {
        expect(wayBack("r", before).reduce(standingAfter, now)).toEqual(before);
      }),
    );
  });
});

describe("countsAfter", () => {
  it("moves one row from one count to another", () => {
    const counts = { accept: 3, reject: 1, edit: 0 };
    expect(countsAfter(counts, "accept", "reject")).toEqual({ accept: 2, reject: 2, edit: 0 });
    expect(countsAfter(counts, null, "edit")).toEqual({ accept: 3, reject: 1, edit: 1 });
    expect(countsAfter(counts, "reject", null)).toEqual({ accept: 3, reject: 0, edit: 0 });
  });

  it("takes back what it did", () => {
    const choice = fc.constantFrom("accept" as const, "reject" as const, "edit" as const, null);
    fc.assert(
      fc.property(choice, choice, (before, after) => {
        expect(countsAfter(countsAfter({ accept: 5, reject: 5, edit: 5 }, before, after), after, before)).toEqual({ accept: 5, reject: 5, edit: 5 });
      }),
    );
  });
});
