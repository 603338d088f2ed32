import { describe, expect, it } from "vitest";
import { answersOf, parseRow, shapeOf, textsOf, titleOf, withText } from "@/features/review/row-shape";

const chat = { id: "1", messages: [{ role: "user", content: "How high?" }, { role: "assistant", content: "31 metres." }] };
const segments = { id: "2", segments: [{ label: false, text: "asked" }, { label: true, text: "learnt" }] };

describe("shapeOf", () => {
  it("reads every layout that datasets have", () => {
    expect(shapeOf(chat)).toEqual({ kind: "chat", turns: [{ role: "user", text: "How high?" }, { role: "assistant", text: "31 metres." }] });
    expect(shapeOf({ conversations: [{ from: "human", value: "a" }, { from: "gpt", value: "b" }], system: "s" })).toEqual({
      kind: "chat",
      turns: [{ role: "system", text: "s" }, { role: "user", text: "a" }, { role: "assistant", text: "b" }],
    });
    expect(shapeOf(segments).kind).toBe("segments");
    expect(shapeOf({ text: "t" })).toEqual({ kind: "text", text: "t" });
    expect(shapeOf({ instruction: "do", input: "this", output: "done" })).toMatchObject({ turns: [{ text: "do\n\nthis" }, { text: "done" }] });
    expect(shapeOf({ messages: [{ role: "user" }] }).kind).toBe("other");
  });

  it("takes as answers what a model learns to say", () => {
    expect(answersOf(chat)).toEqual(["31 metres."]);
    expect(answersOf(segments)).toEqual(["learnt"]);
    expect(titleOf(chat)).toBe("How high?");
  });
});

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
