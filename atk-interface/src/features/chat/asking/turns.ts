import type { KeptMessage, Message, Said } from "@/api/schema";

/** A message with its number in the conversation. */
export interface Numbered {
  number: number;
  message: KeptMessage;
}

/** A question with its answers: one for each model that was asked. */
export interface Turn {
  question: Numbered;
  answers: Numbered[];
}

/** Questions with their answers. What stands before the first question are instructions. */
export function turnsOf(messages: readonly KeptMessage[]): Turn[] {
  const turns: Turn[] = [];
  messages.forEach((message, number) => {
    if (message.role === "user") turns.push({ question: { number, message }, answers: [] });
    else if (message.role === "assistant") turns.at(-1)?.answers.push({ number, message });
  });
  return turns;
}

/** What every model of a conversation is told before the first question. */
export const instructionsOf = (messages: readonly Message[]): string => (messages[0]?.role === "system" ? messages[0].content : "");

/** The latest answer of a lane. */
export const answerOf = (turn: Turn, lane: number): Numbered | undefined => turn.answers.findLast(({ message }) => message.lane === lane);

/**
 * What a model gets to read: the conversation as it went in its own lane, up to a question.
 * A question that it has not answered is left out, since most chat templates want question and answer in turn.
 */
export function contextOf(messages: readonly KeptMessage[], question: number, lane: number): Said[] {
  const instructions = instructionsOf(messages);
  const told: Said[] = instructions.trim() === "" ? [] : [{ role: "system", content: instructions }];
  for (const turn of turnsOf(messages)) {
    const { number, message } = turn.question;
    if (number > question) break;
    if (number === question) return [...told, { role: "user", content: message.content }];
    const said = answerOf(turn, lane)?.message.content;
    if (said) told.push({ role: "user", content: message.content }, { role: "assistant", content: said });
  }
  return told;
}

/** Messages to put, one after the other, from a number on. */
export interface Placing {
  from: number;
  messages: Message[];
}

/**
 * Where an answer goes. One in the place of another moves all answers to that question along: the service then keeps
 * them together as one older version, and no lane loses its own. Undefined when the question is not there any more.
 */
export function placing(messages: readonly KeptMessage[], question: number, answer: Message): Placing | undefined {
  const turn = turnsOf(messages).find(({ question: { number } }) => number === question);
  if (!turn) return undefined;
  const others = turn.answers.filter(({ message }) => message.lane !== answer.lane);
  const isLast = question + turn.answers.length === messages.length - 1;
  if (isLast && others.length === turn.answers.length) return { from: messages.length, messages: [answer] };
  const kept = others.map(({ message: { versions: _, ...message } }): Message => message);
  return { from: question + 1, messages: [...kept, answer].sort((one, other) => one.lane - other.lane) };
}
