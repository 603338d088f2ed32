import { describe, expect, it } from "vitest";
import { parseRow, textsOf, withText } from "@/features/review/row-edits";

const chat = { id: "1", messages: [{ role: "user", content: "How high?" }, { role: "assistant", content: "31 metres." }] };

describe("editing", () => {
  it("changes one text and nothing else", () => {
    const [, answer] = textsOf(chat);
    expect(withText(chat, answer!.path, "40 metres.")).toEqual({ id: "1", messages: [chat.messages[0], { role: "assistant", content: "40 metres." }] });
    expect(chat.messages[1]?.content).toBe("31 metres.");
  });

  it.each([
    ["{", "This is not JSON"],
    ["[]", "A row is an object"],
    ['{"id": "2", "messages": []}', "Leave the id"],
    ['{"id": "1"}', "Columns are missing: messages"],
    ['{"id": "1", "messages": [], "more": 1}', "no such columns: more"],
  ])("refuses %s", (json, problem) => {
    expect(parseRow(json, chat)).toEqual({ problem: expect.stringContaining(problem) as string });
  });

  it("takes a row with the same columns", () => {
    expect(parseRow(JSON.stringify(chat), chat)).toEqual({ row: chat });
  });
});
