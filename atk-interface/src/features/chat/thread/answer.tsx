import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { Message } from "@/api/schema";
import { IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Spinner } from "@/components/spinner";
import { isGoingOn, messageOf, type LiveAnswer } from "@/features/chat/asking/live-answer";
import type { Numbered } from "@/features/chat/asking/turns";
import { AnswerBody, AnswerFigures } from "@/features/chat/thread/answer-body";
import { AnswerProblem } from "@/features/chat/thread/answer-problem";
import { RateButtons } from "@/features/chat/thread/rate-buttons";
import { VersionSteps } from "@/features/chat/thread/version-steps";

interface AnswerProps {
  chat: string;
  /** Of the model, while it has not said its own. */
  name: string;
  kept: Numbered | undefined;
  live: LiveAnswer | undefined;
  earlier: readonly Message[];
  /** Missing while answers are on their way. */
  onRetry: (() => void) | undefined;
  onKeep: () => void;
}

/** One model's answer to a question, and what can be done with it. */
export function Answer({ chat, name, kept, live, earlier, onRetry, onKeep }: AnswerProps) {
  const [place, setPlace] = useState<number | null>(null);
  const versions = kept ? [...earlier, kept.message] : earlier;
  // A new answer on its way is looked at, whatever was looked at before.
  const shown = live && live.text + live.thinking !== "" ? messageOf(live) : versions[place ?? versions.length - 1];
  const isLatest = !live && kept !== undefined && shown === kept.message;
  const goesOn = live !== undefined && isGoingOn(live);
  return (
    <article aria-label={`Answer of ${shown?.model || name}`} aria-busy={goesOn} className="flex min-w-0 flex-col gap-2">
      <h3 className="flex items-center gap-2 text-sm font-semibold text-hue">
        {shown?.model || live?.model || name}
        {goesOn && <Spinner />}
      </h3>
      {goesOn && live.text + live.thinking === "" ? <p className="min-h-6 text-soft">Waiting for the first word …</p> : shown && <AnswerBody message={shown} isGrowing={goesOn} />}
      <Trouble live={live} shown={shown} onRetry={onRetry} onKeep={onKeep} />
      <footer className="flex min-h-9 flex-wrap items-center gap-x-1 gap-y-1">
        {shown && !goesOn && (
          <>
            <VersionSteps noun="answer" place={place ?? versions.length - 1} total={live ? 1 : versions.length} onPlace={(next) => setPlace(next === versions.length - 1 ? null : next)} />
            <CopyButton text={shown.content} label="Copy answer" />
            {onRetry && (
              <IconButton label="Ask again for another answer" onClick={onRetry}>
                <RotateCcw aria-hidden className="size-4" />
              </IconButton>
            )}
            {isLatest && <RateButtons chat={chat} number={kept.number} message={kept.message} />}
            <AnswerFigures message={shown} />
          </>
        )}
      </footer>
    </article>
  );
}

interface TroubleProps {
  live: LiveAnswer | undefined;
  shown: Message | undefined;
  onRetry: (() => void) | undefined;
  onKeep: () => void;
}

/** What went wrong with an answer, if anything did. */
function Trouble({ live, shown, onRetry, onKeep }: TroubleProps) {
  if (live?.phase === "unkept") return <AnswerProblem code="unkept" detail={live.problem?.detail ?? ""} hasText action="Keep it now" onRetry={onKeep} />;
  if (live?.phase === "failed") return <AnswerProblem code={live.problem?.code ?? ""} detail={live.problem?.detail ?? ""} hasText={live.text !== ""} onRetry={onRetry} />;
  if (live?.phase === "stopped" && live.text === "") return <AnswerProblem code="stopped" detail="" hasText={false} onRetry={onRetry} />;
  if (live) return null;
  if (!shown) return <AnswerProblem code="missing" detail="The page was closed before it came, or it was stopped." hasText={false} action="Ask again" onRetry={onRetry} />;
  if (shown.problem) return <AnswerProblem code="" detail={shown.problem} hasText onRetry={onRetry} />;
  return null;
}
