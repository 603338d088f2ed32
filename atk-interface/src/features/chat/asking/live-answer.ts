import type { ChatEvent, ChatFigures } from "@/api/chat-stream";
import type { Message } from "@/api/schema";

/** `waiting`: asked, nothing came yet. `keeping`: complete, and on its way to the service. */
export type Phase = "waiting" | "writing" | "keeping" | "stopped" | "failed" | "unkept";

/** An answer on its way. */
export interface LiveAnswer {
  lane: number;
  phase: Phase;
  model: string;
  text: string;
  thinking: string;
  sources: NonNullable<Message["sources"]>;
  /** Seconds since 1970. */
  created: number;
  figures: ChatFigures | null;
  problem: { code: string; detail: string } | null;
}

export type AnswerEvent = ChatEvent | { kind: "stop" } | { kind: "unkept"; detail: string };

export const begun = (lane: number, created: number): LiveAnswer => ({ lane, phase: "waiting", model: "", text: "", thinking: "", sources: [], created, figures: null, problem: null });

export const isGoingOn = ({ phase }: LiveAnswer): boolean => phase === "waiting" || phase === "writing";

/** The answer after an event. What comes after its end, such as pieces that a stop overtook, changes nothing. */
export function reduceAnswer(answer: LiveAnswer, event: AnswerEvent): LiveAnswer {
  if (event.kind === "unkept") return { ...answer, phase: "unkept", problem: { code: "unkept", detail: event.detail } };
  if (!isGoingOn(answer)) return answer;
  switch (event.kind) {
    case "start":
      return { ...answer, model: event.model };
    case "token":
      return { ...answer, phase: "writing", text: answer.text + event.text };
    case "thinking":
      return { ...answer, phase: "writing", thinking: answer.thinking + event.text };
    case "sources":
      return { ...answer, sources: [...answer.sources, ...event.items] };
    case "end": {
      if (answer.text === "") return { ...answer, phase: "failed", problem: { code: "nothing-said", detail: "The model ended its answer without a word." } };
      const { finish, seconds, first_seconds, input_tokens, output_tokens } = event;
      return { ...answer, phase: "keeping", figures: { finish, seconds, first_seconds, input_tokens, output_tokens } };
    }
    case "error":
      return { ...answer, phase: "failed", problem: { code: event.code, detail: event.detail } };
    case "stop":
      return { ...answer, phase: "stopped" };
  }
}

const FINISH: Record<Phase, string> = { waiting: "cancelled", writing: "cancelled", stopped: "cancelled", failed: "error", keeping: "stop", unkept: "stop" };

/** The answer as it is kept. */
export function messageOf(answer: LiveAnswer, problem = ""): Message {
  const { lane, model, text, thinking, sources, created, figures, phase } = answer;
  return {
    role: "assistant",
    content: text,
    thinking,
    sources: sources.slice(0, 100),
    model,
    lane,
    created,
    seconds: figures?.seconds ?? null,
    first_seconds: figures?.first_seconds ?? null,
    input_tokens: figures?.input_tokens ?? null,
    output_tokens: figures?.output_tokens ?? null,
    finish: figures?.finish ?? FINISH[phase],
    problem: problem || (phase === "failed" ? (answer.problem?.detail ?? "") : ""),
    rating: null,
  };
}
