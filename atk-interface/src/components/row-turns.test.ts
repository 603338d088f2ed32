import { describe, expect, it } from "vitest";
import { answersOf, conversationOf, titleOf, turnsOf } from "@/components/row-turns";

const chat = { messages: [{ role: "user", content: "How high?" }, { role: "assistant", content: "31 metres." }] };
const segments = { segments: [{ label: false, text: "asked" }, { label: true, text: "learnt" }] };

describe("what a row says", () => {
  it.each([
    ["messages", chat, ["user: How high?", "assistant: 31 metres."]],
    ["ShareGPT", { conversations: [{ from: "human", value: "q" }, { from: "gpt", value: "a" }] }, ["user: q", "assistant: a"]],
    ["ShareGPT with a system prompt", { system: "s", conversations: [{ from: "human", value: "q" }] }, ["system: s", "user: q"]],
    ["Alpaca", { instruction: "q", input: "", output: "a" }, ["user: q", "assistant: a"]],
    ["Alpaca with input", { instruction: "q", input: "i", output: "a" }, ["user: q\n\ni", "assistant: a"]],
    ["segments", segments, [": asked", ": learnt"]],
    ["text", { text: "t" }, [": t"]],
  ])("is found in %s", (_, row, turns) => {
    expect(turnsOf(row)?.map(({ role, text }) => `${role}: ${text}`)).toEqual(turns);
  });

  it.each([[{}], [{ messages: "none" }], [{ messages: [] }], [{ messages: [1, null] }], [{ messages: [{ role: "user" }] }], [{ question: "q", answer: "a" }]])("is not guessed for %j", (row) => {
    expect(turnsOf(row)).toBeNull();
  });

  it("knows what a model learns to say", () => {
    expect(answersOf(chat)).toEqual(["31 metres."]);
    expect(answersOf(segments)).toEqual(["learnt"]);
    expect(answersOf({ text: "t" })).toEqual(["t"]);
    expect(answersOf({ other: 1 })).toEqual([]);
  });

  it("begins with the question, for a list", () => {
    expect(titleOf({ ...chat, messages: [{ role: "system", content: "s" }, ...chat.messages] })).toBe("How high?");
    expect(titleOf(segments)).toBe("asked learnt");
    expect(titleOf({ other: 1 })).toBe('{"other":1}');
  });
});

describe("a list", () => {
  it.each([[[]], ["text"], [null], [[{ role: "user", content: ["part"] }]], [[{ role: "a", content: "b" }, 3]]])("is no conversation when it is %j", (value) => {
    expect(conversationOf(value)).toBeNull();
  });
});
