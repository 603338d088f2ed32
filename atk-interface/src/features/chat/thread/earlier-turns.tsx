import { History } from "lucide-react";
import type { KeptMessage } from "@/api/schema";
import { Button } from "@/components/button";
import { turnsOf } from "@/features/chat/asking/turns";
import type { EarlierBranch } from "@/features/chat/asking/versions";
import { AnswerBody, AnswerFigures } from "@/features/chat/thread/answer-body";
import { Question } from "@/features/chat/thread/question";

interface EarlierTurnsProps {
  branch: EarlierBranch;
  versions: { place: number; total: number; onPlace: (place: number) => void };
  onNow: () => void;
}

/** How a conversation went on before a question was edited: to be read. */
export function EarlierTurns({ branch, versions, onNow }: EarlierTurnsProps) {
  const messages: KeptMessage[] = [branch.question, ...branch.behind];
  return (
    <li className="flex flex-col gap-6">
      {turnsOf(messages).map(({ question, answers }) => (
        <div key={question.number} className="mx-auto flex w-full max-w-5xl flex-col gap-3">
          <Question text={question.message.content} {...(question.number === 0 ? versions : { place: 0, total: 1, onPlace: versions.onPlace })} />
          {answers.map(({ number, message }) => (
            <article key={number} aria-label={`Earlier answer of ${message.model}`} className="flex flex-col gap-2">
              <h3 className="text-sm font-semibold text-hue">{message.model}</h3>
              <AnswerBody message={message} />
              <AnswerFigures message={message} />
            </article>
          ))}
        </div>
      ))}
      <p role="status" className="mx-auto flex w-full max-w-5xl flex-wrap items-center gap-3 rounded-xl border border-line bg-raised px-4 py-3">
        <History aria-hidden className="size-5 shrink-0 text-soft" />
        <span className="min-w-0 flex-1">An earlier version, before the question was changed.</span>
        <Button size="small" onClick={onNow}>
          Back to now
        </Button>
      </p>
    </li>
  );
}
