import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Message } from "@/api/schema";
import { IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Spinner } from "@/components/spinner";
import type { LiveAnswer } from "@/features/chat/asking/live-answer";
import type { Numbered } from "@/features/chat/asking/turns";
import { AnswerBody, AnswerFigures } from "@/features/chat/thread/answer-body";
import { AnswerProblem } from "@/features/chat/thread/answer-problem";
import { answerState } from "@/features/chat/thread/answer-state";
import { RateButtons } from "@/features/chat/thread/rate-buttons";
import { VersionSteps } from "@/features/chat/thread/version-steps";

interface AnswerProps {
  chat: string;
  /** Of the model, as it was chosen. */
  name: string;
  kept: Numbered | undefined;
  live: LiveAnswer | undefined;
  earlier: readonly Message[];
  /** Missing where nothing can be asked again. */
  onRetry: (() => void) | undefined;
  /** Beside others: which of them it is. */
  number: number | undefined;
  onKeep: () => void;
}

/** One model's answer to a question, and what can be done with it. */
export function Answer({ chat, name, kept, live, earlier, number, onRetry, onKeep }: AnswerProps) {
  const [looked, setLooked] = useState<number | null>(null);
  const { goesOn, isWaiting, shown, place, total, standing, trouble } = answerState({ kept, live, earlier, looked });
  const model = [live?.model, shown?.model].find(Boolean) ?? name;
  return (
    <article aria-label={number === undefined ? `Answer of ${model}` : `Answer ${number}, of ${model}`} aria-busy={goesOn} className="flex min-w-0 flex-col gap-2">
      <h3 className="flex items-center gap-2 text-sm font-semibold text-hue">
        {number !== undefined && <span className="rounded bg-hue-soft px-1.5 text-text tabular-nums">{number}</span>}
        {model}
        {goesOn && <Spinner />}
      </h3>
      {isWaiting && <p className="min-h-6 text-soft">Waiting for the first word …</p>}
      {shown && !isWaiting && <AnswerBody message={shown} isGrowing={goesOn} />}
      {trouble && <AnswerProblem {...trouble} hasText={shown !== undefined} onRetry={trouble.code === "unkept" ? onKeep : onRetry} />}
      <footer className="flex min-h-9 flex-wrap items-center gap-1">
        {shown && !goesOn && (
          <>
            <VersionSteps noun="answer" place={place} total={total} onPlace={(next) => setLooked(next === total - 1 ? null : next)} />
            <CopyButton text={shown.content} label="Copy answer" />
            {onRetry && <AskAgain onPress={onRetry} />}
            {standing && <RateButtons chat={chat} number={standing.number} message={standing.message} />}
            <AnswerFigures message={shown} />
          </>
        )}
      </footer>
    </article>
  );
}

const AskAgain = ({ onPress }: { onPress: () => void }) => (
  <IconButton label="Ask again for another answer" onClick={onPress}>
    <RotateCcw aria-hidden className="size-4" />
  </IconButton>
);
