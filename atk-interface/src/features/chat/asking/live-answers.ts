import { useSyncExternalStore } from "react";
import { leaveMessage } from "@/api/chats";
import { begun, isGoingOn, messageOf, reduceAnswer, type AnswerEvent, type LiveAnswer } from "@/features/chat/asking/live-answer";

/** Answers to one question of a conversation that are on their way, or could not be kept. */
export interface LiveTurn {
  chat: string;
  /** Number of the question. */
  question: number;
  answers: readonly LiveAnswer[];
  /** Number of the next message, for what is left behind with the page; null when later questions stand there. */
  next: number | null;
}

/** Outside React: an answer goes on being written, and is kept, while its reader looks at another page. */
let turns: Readonly<Record<string, LiveTurn>> = {};
const stops = new Map<string, AbortController>();
const listeners = new Set<() => void>();
let pending: { chat: string; lane: number; event: AnswerEvent }[] = [];
let flushing = false;

function change(next: typeof turns): void {
  turns = next;
  for (const listener of listeners) listener();
}

export const liveTurn = (chat: string): LiveTurn | undefined => turns[chat];

/** The answers of a conversation that are on their way. Drawn at most once a frame, however fast they come. */
export const useLiveTurn = (chat: string): LiveTurn | undefined => useSyncExternalStore(subscribe, () => turns[chat]);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begin to wait for answers. Gives what stops them. */
export function beginTurn(chat: string, question: number, lanes: readonly number[], next: number | null): AbortSignal {
  const stop = new AbortController();
  stops.set(chat, stop);
  const now = Date.now() / 1000;
  const others = turns[chat]?.question === question ? turns[chat].answers.filter(({ lane }) => !lanes.includes(lane)) : [];
  change({ ...turns, [chat]: { chat, question, answers: [...others, ...lanes.map((lane) => begun(lane, now))], next } });
  return stop.signal;
}

export const stopTurn = (chat: string): void => stops.get(chat)?.abort();

/** Something of an answer has come. */
export function hear(chat: string, lane: number, event: AnswerEvent): void {
  pending.push({ chat, lane, event });
  if (flushing) return;
  flushing = true;
  // A hidden page has no frames, and its answers are to be kept all the same.
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
}

/** Bring all that has come into the answers now. */
export function flush(): void {
  const events = pending;
  pending = [];
  flushing = false;
  if (events.length === 0) return;
  const next = { ...turns };
  for (const { chat, lane, event } of events) {
    const turn = next[chat];
    if (turn) next[chat] = { ...turn, answers: turn.answers.map((answer) => (answer.lane === lane ? reduceAnswer(answer, event) : answer)) };
  }
  change(next);
}

/** The answer of a lane with all that has come of it. */
export function liveAnswer(chat: string, lane: number): LiveAnswer | undefined {
  flush();
  return turns[chat]?.answers.find((answer) => answer.lane === lane);
}

/** Let go of an answer: it is kept, or nobody wants it. */
export function forgetAnswer(chat: string, lane: number, next?: number): void {
  const turn = turns[chat];
  if (!turn) return;
  const answers = turn.answers.filter((answer) => answer.lane !== lane);
  const others = Object.entries(turns).filter(([id]) => id !== chat);
  const left: typeof others = answers.length > 0 ? [[chat, { ...turn, answers, next: next ?? turn.next }]] : [];
  change(Object.fromEntries([...others, ...left]));
}

/** A page that is closed or loaded anew stops its answers; what has come of them is left with the service. */
addEventListener("pagehide", () => {
  flush();
  for (const { chat, answers, next } of Object.values(turns)) {
    if (next === null) continue; // the earlier answer stays, and with it all that was asked later
    answers
      .filter((answer) => isGoingOn(answer) && answer.text !== "")
      .forEach((answer, place) => leaveMessage(chat, next + place, messageOf(answer, "The page was closed while this was being written.")));
  }
});
