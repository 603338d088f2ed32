import { describe, expect, it } from "vitest";
import type { KeptMessage, Message } from "@/api/schema";
import { contextOf, placing, turnsOf } from "@/features/chat/asking/turns";
import { earlierAnswers, earlierQuestions } from "@/features/chat/asking/versions";

let moment = 0;
const message = (role: Message["role"], content: string, lane = 0): KeptMessage => ({ role, content, lane, thinking: "", model: "", created: ++moment, finish: "", problem: "" });
const user = (content: string): KeptMessage => message("user", content);
const says = (content: string, lane = 0): KeptMessage => message("assistant", content, lane);

/** What the service does with a message that is put: see web/chat/conversations.py. */
function put(messages: KeptMessage[], number: number, given: Message): KeptMessage[] {
  const [first] = messages.slice(number);
  const older = messages.slice(number).map(({ versions: _, ...one }) => one);
  const versions = first ? [...(first.versions ?? []), { replaced: 0, messages: older }] : [];
  return [...messages.slice(0, number), { ...given, versions }];
}

function answered(messages: KeptMessage[], question: number, answer: Message): KeptMessage[] {
  const place = placing(messages, question, answer);
  if (!place) return messages;
  return place.messages.reduce((all, one, index) => put(all, place.from + index, one), messages);
}

const lane = (messages: KeptMessage[], number: number) => earlierAnswers(turnsOf(messages)[0]!, number).map(({ content }) => content);

describe("contextOf", () => {
  const messages = [message("system", "Be kind."), user("One?"), says("1a"), says("1b", 1), user("Two?"), says("2a"), user("Three?")];

  it("tells a model the conversation of its own lane, up to the question", () => {
    expect(contextOf(messages, 6, 0).map(({ content }) => content)).toEqual(["Be kind.", "One?", "1a", "Two?", "2a", "Three?"]);
    expect(contextOf(messages, 4, 0).map(({ content }) => content)).toEqual(["Be kind.", "One?", "1a", "Two?"]);
  });

  it("leaves out questions that its lane has not answered", () => {
    expect(contextOf(messages, 6, 1).map(({ content }) => content)).toEqual(["Be kind.", "One?", "1b", "Three?"]);
  });
});

describe("placing", () => {
  it("adds first answers behind the question, in the order in which they end", () => {
    let messages = answered([user("One?")], 0, says("b", 1));
    messages = answered(messages, 0, says("a"));
    expect(messages.map(({ content }) => content)).toEqual(["One?", "b", "a"]);
    expect(messages.flatMap(({ versions = [] }) => versions)).toEqual([]);
  });

  it("keeps every earlier answer of both lanes, whichever is asked again", () => {
    let messages = [user("One?"), says("a1"), says("b1", 1)];
    for (const again of [says("b2", 1), says("a2"), says("b3", 1), says("a3")]) messages = answered(messages, 0, again);
    expect(messages.map(({ content }) => content)).toEqual(["One?", "a3", "b3"]);
    expect(lane(messages, 0)).toEqual(["a1", "a2"]);
    expect(lane(messages, 1)).toEqual(["b1", "b2"]);
  });

  it("has no place for an answer whose question is gone", () => {
    expect(placing([user("One?")], 2, says("late"))).toBeUndefined();
  });
});

describe("earlier versions", () => {
  it("count an answer that a closed page left behind the one before it", () => {
    expect(lane([user("One?"), says("a1"), says("half")], 0)).toEqual(["a1"]);
  });

  it("of a question hold what was said then", () => {
    const messages = put([user("One?"), says("a1"), user("Two?"), says("a2")], 0, user("Other?"));
    const [branch] = earlierQuestions(messages[0]!);
    expect(branch?.question.content).toBe("One?");
    expect(branch?.behind.map(({ content }) => content)).toEqual(["a1", "Two?", "a2"]);
  });
});
