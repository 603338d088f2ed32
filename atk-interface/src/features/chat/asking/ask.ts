import type { QueryClient } from "@tanstack/react-query";
import { askModel } from "@/api/chat-stream";
import { chatQuery, keepChat, keepMessages } from "@/api/chats";
import { messageOf as words, ProblemError } from "@/api/problems";
import type { Chat, ChatWish, Message } from "@/api/schema";
import { messageOf } from "@/features/chat/asking/live-answer";
import { beginTurn, forgetAnswer, hear, liveAnswer } from "@/features/chat/asking/live-answers";
import { contextOf, placing } from "@/features/chat/asking/turns";

const said = (role: "user" | "system", content: string): Message => ({ role, content, thinking: "", model: "", lane: 0, created: 0, finish: "", problem: "", rating: null });

/** 32 random hex digits. `crypto.randomUUID` is missing on pages of other machines without https. */
const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Begin a conversation with a question, and ask it. Gives its id as soon as the question is kept. */
export async function beginChat(client: QueryClient, wish: Pick<ChatWish, "targets" | "sampling">, instructions: string, question: string): Promise<string> {
  const before = instructions.trim() === "" ? [] : [said("system", instructions)];
  const chat = await keepChat(client, newId(), { title: "", ...wish, messages: [...before, said("user", question)] });
  askAll(client, chat, before.length);
  return chat.id;
}

/** Ask the next question; with the number of an earlier one, ask that one anew in other words, and go on from there. */
export async function askQuestion(client: QueryClient, { id, messages }: Chat, question: string, number = messages.length): Promise<void> {
  const chat = await keepMessages(client, id, number, [said("user", question)]);
  if (chat) askAll(client, chat, number);
}

const askAll = (client: QueryClient, chat: Chat, question: number): void =>
  ask(
    client,
    chat,
    question,
    chat.targets.map((_, lane) => lane),
  );

/** Have models answer a question, each in its lane. What they said before becomes an older version. */
export function ask(client: QueryClient, chat: Chat, question: number, lanes: readonly number[]): void {
  const isLast = chat.messages.findLastIndex(({ role }) => role === "user") === question;
  const signal = beginTurn(chat.id, question, lanes, isLast ? chat.messages.length : null);
  for (const lane of lanes) void answerIn(client, chat, { question, lane, signal });
}

interface Place {
  question: number;
  lane: number;
  signal: AbortSignal;
}

async function answerIn(client: QueryClient, chat: Chat, { question, lane, signal }: Place): Promise<void> {
  const target = chat.targets[lane];
  if (!target) {
    forgetAnswer(chat.id, lane);
    return;
  }
  try {
    const { sampling } = chat;
    for await (const event of askModel({ target, sampling, messages: contextOf(chat.messages, question, lane) }, signal)) hear(chat.id, lane, event);
  } catch (error) {
    if (signal.aborted) hear(chat.id, lane, { kind: "stop" });
    else hear(chat.id, lane, { kind: "error", code: error instanceof ProblemError ? error.code : "failed", detail: words(error) });
  }
  await keepAnswer(client, chat.id, question, lane);
}

let keeping: Promise<unknown> = Promise.resolve();

/** Give an answer to the service; one after the other, since each has a number. Nothing came of it: there is nothing to keep. */
export function keepAnswer(client: QueryClient, chat: string, question: number, lane: number): Promise<unknown> {
  const answer = liveAnswer(chat, lane);
  if (!answer || answer.text === "") return Promise.resolve();
  keeping = keeping.then(async () => {
    try {
      const known = await client.query({ ...chatQuery(chat), staleTime: Infinity });
      const place = placing(known.messages, question, messageOf(answer));
      const kept = place && (await keepMessages(client, chat, place.from, place.messages));
      forgetAnswer(chat, lane, kept?.messages.length);
    } catch (error) {
      hear(chat, lane, { kind: "unkept", detail: words(error) });
    }
  });
  return keeping;
}
