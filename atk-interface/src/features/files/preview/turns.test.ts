import { describe, expect, it } from "vitest";
import { turnsOf } from "@/features/files/preview/turns";

describe("turns of a conversation", () => {
  it("are found in both ways of writing them", () => {
    expect(turnsOf([{ role: "user", content: "Hello" }])).toEqual([{ speaker: "user", text: "Hello" }]);
    expect(turnsOf([{ from: "gpt", value: "Good evening" }])).toEqual([{ speaker: "gpt", text: "Good evening" }]);
  });

  it("are not made up where something else is in the list", () => {
    for (const value of [[], "text", null, [{ role: "user" }], [{ role: "user", content: ["part"] }], [{ role: "a", content: "b" }, 3]]) {
      expect(turnsOf(value)).toBeUndefined();
    }
  });
});
