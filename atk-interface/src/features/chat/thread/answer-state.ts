import type { Message } from "@/api/schema";
import { isGoingOn, messageOf, type LiveAnswer } from "@/features/chat/asking/live-answer";
import type { Numbered } from "@/features/chat/asking/turns";

/** What an answer's place shows. */
export interface AnswerState {
  goesOn: boolean;
  /** Asked, and not a word of it is here. */
  isWaiting: boolean;
  /** Text to read, if there is any. */
  shown: Message | undefined;
  place: number;
  total: number;
  /** The answer that stands, when that is what is shown: it can be rated. */
  standing: Numbered | undefined;
  trouble: { code: string; detail: string } | undefined;
}

interface Known {
  kept: Numbered | undefined;
  live: LiveAnswer | undefined;
  earlier: readonly Message[];
  /** The version that somebody looks at; null: the latest. */
  looked: number | null;
}

/** A new answer on its way is looked at, whatever was looked at before. */
export function answerState({ kept, live, earlier, looked }: Known): AnswerState {
  const versions = kept ? [...earlier, kept.message] : earlier;
  const hasCome = live !== undefined && live.text + live.thinking !== "";
  const place = looked ?? Math.max(0, versions.length - 1);
  const shown = hasCome ? messageOf(live) : versions[place];
  const goesOn = live !== undefined && isGoingOn(live);
  return {
    goesOn,
    isWaiting: goesOn && !hasCome,
    shown,
    place,
    total: hasCome ? 1 : versions.length,
    standing: !live && shown === kept?.message ? kept : undefined,
    trouble: live ? liveTrouble(live) : keptTrouble(shown),
  };
}

function liveTrouble({ phase, text, problem }: LiveAnswer): AnswerState["trouble"] {
  if (phase === "failed" || phase === "unkept") return problem ?? { code: "", detail: "" };
  return phase === "stopped" && text === "" ? { code: "stopped", detail: "" } : undefined;
}

function keptTrouble(shown: Message | undefined): AnswerState["trouble"] {
  if (!shown) return { code: "missing", detail: "The page was closed before it came, or it was stopped." };
  return shown.problem ? { code: "", detail: shown.problem } : undefined;
}
