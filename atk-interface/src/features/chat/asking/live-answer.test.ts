import { describe, expect, it } from "vitest";
import { begun, messageOf, reduceAnswer, type AnswerEvent, type LiveAnswer } from "@/features/chat/asking/live-answer";

const END = { kind: "end", finish: "stop", seconds: 1.5, first_seconds: 0.2, input_tokens: 7, output_tokens: 3 } as const;
const after = (...events: AnswerEvent[]): LiveAnswer => events.reduce(reduceAnswer, begun(1, 100));

describe("reduceAnswer", () => {
  it("gathers what the model says, its thoughts and its sources", () => {
    const answer = after({ kind: "start", model: "keeper" }, { kind: "thinking", text: "Hm." }, { kind: "token", text: "The " }, { kind: "sources", items: [{ file: "a" }] }, { kind: "token", text: "keeper." }, { kind: "sources", items: [{ file: "b" }] });
    expect(answer).toMatchObject({ phase: "writing", model: "keeper", text: "The keeper.", thinking: "Hm.", sources: [{ file: "a" }, { file: "b" }] });
  });

  it("keeps the service's figures at the end", () => {
    const message = messageOf(after({ kind: "token", text: "Yes." }, END));
    expect(message).toMatchObject({ role: "assistant", content: "Yes.", lane: 1, created: 100, finish: "stop", seconds: 1.5, first_seconds: 0.2, input_tokens: 7, output_tokens: 3, problem: "" });
  });

  it("keeps what came until it was stopped, and nothing that comes later", () => {
    const answer = after({ kind: "token", text: "Half" }, { kind: "stop" }, { kind: "token", text: " more" }, END);
    expect(answer).toMatchObject({ phase: "stopped", text: "Half" });
    expect(messageOf(answer)).toMatchObject({ content: "Half", finish: "cancelled", seconds: null });
  });

  it("keeps what came until it failed, with the reason", () => {
    const answer = after({ kind: "token", text: "Half" }, { kind: "error", code: "model-away", detail: "the connection broke" });
    expect(messageOf(answer)).toMatchObject({ content: "Half", finish: "error", problem: "the connection broke" });
  });

  it("takes an end without a word for a failure", () => {
    expect(after({ kind: "start", model: "keeper" }, END)).toMatchObject({ phase: "failed", problem: { code: "nothing-said" } });
  });

  it("says when a complete answer could not be kept", () => {
    expect(after({ kind: "token", text: "Yes." }, END, { kind: "unkept", detail: "the disk is full" })).toMatchObject({ phase: "unkept", text: "Yes.", problem: { detail: "the disk is full" } });
  });
});
