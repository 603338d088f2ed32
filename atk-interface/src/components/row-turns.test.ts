import { describe, expect, it } from "vitest";
import { turnsOf } from "@/components/row-turns";

describe("what a row says", () => {
  it.each([
    ["messages", { messages: [{ role: "user", content: "q" }, { role: "assistant", content: "a" }] }, ["user: q", "assistant: a"]],
    ["ShareGPT", { conversations: [{ from: "human", value: "q" }, { from: "gpt", value: "a" }] }, ["user: q", "assistant: a"]],
    ["Alpaca", { instruction: "q", input: "", output: "a" }, ["instruction: q", "output: a"]],
    ["Alpaca with input", { instruction: "q", input: "i", output: "a" }, ["instruction: q", "input: i", "output: a"]],
    ["segments", { segments: [{ label: false, text: "seen" }, { label: true, text: "learned" }] }, ["context: seen", "trained: learned"]],
    ["text", { text: "t" }, ["text: t"]],
  ])("is found in %s", (_, row, turns) => {
    expect(turnsOf(row)?.map(({ role, text }) => `${role}: ${text}`)).toEqual(turns);
  });

  it.each([[{}], [{ messages: "none" }], [{ messages: [] }], [{ messages: [1, null] }], [{ question: "q", answer: "a" }]])("is not guessed for %j", (row) => {
    expect(turnsOf(row)).toBeNull();
  });
});
