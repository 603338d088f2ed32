import { ArrowDown } from "lucide-react";
import { useRef, useState } from "react";
import type { Chat } from "@/api/schema";
import { Button } from "@/components/button";
import { isGoingOn } from "@/features/chat/asking/live-answer";
import type { LiveTurn } from "@/features/chat/asking/live-answers";
import { turnsOf } from "@/features/chat/asking/turns";
import { earlierQuestions } from "@/features/chat/asking/versions";
import { EarlierTurns } from "@/features/chat/thread/earlier-turns";
import { Progress } from "@/features/chat/thread/progress";
import { TurnView } from "@/features/chat/thread/turn-view";
import { useStickToEnd } from "@/features/chat/thread/use-stick-to-end";

interface ThreadProps {
  chat: Chat;
  live: LiveTurn | undefined;
  names: readonly string[];
  onEdit: (question: number, text: string) => void;
  onRetry: (question: number, lane: number) => void;
  onKeep: (question: number, lane: number) => void;
}

/** A conversation, question by question. */
export function Thread({ chat, live, names, onEdit, onRetry, onKeep }: ThreadProps) {
  const [looked, setLooked] = useState<{ question: number; place: number } | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const goesOn = live?.answers.some(isGoingOn) ?? false;
  const { isAway, goToEnd } = useStickToEnd(list, goesOn);
  const turns = turnsOf(chat.messages);

  const shown = looked ? turns.filter(({ question }) => question.number <= looked.question) : turns;
  return (
    <>
      <ol ref={list} aria-label="Conversation" className="flex flex-col gap-8">
        {shown.map((turn) => {
          const { number, message } = turn.question;
          const branches = earlierQuestions(message);
          const branch = looked?.question === number ? branches[looked.place] : undefined;
          const versions = {
            place: branch && looked ? looked.place : branches.length,
            total: branches.length + 1,
            onPlace: (place: number) => setLooked(place === branches.length ? null : { question: number, place }),
          };
          if (branch) return <EarlierTurns key={number} branch={branch} versions={versions} onNow={() => setLooked(null)} />;
          const isLast = turn === turns.at(-1);
          return (
            <TurnView
              key={number}
              chat={chat.id}
              turn={turn}
              live={live?.question === number ? live.answers : []}
              names={names}
              versions={versions}
              onEdit={goesOn ? undefined : (text) => onEdit(number, text)}
              onRetry={goesOn || !isLast ? undefined : (lane) => onRetry(number, lane)}
              onKeep={(lane) => onKeep(number, lane)}
            />
          );
        })}
      </ol>
      <Progress goesOn={goesOn} />
      {isAway && goesOn && (
        <div className="sticky bottom-40 z-10 flex h-0 justify-center">
          <Button size="small" icon={<ArrowDown aria-hidden className="size-4" />} onClick={goToEnd} className="-translate-y-10 shadow-card">
            To the end
          </Button>
        </div>
      )}
    </>
  );
}
