import clsx from "clsx";
import type { LiveAnswer } from "@/features/chat/asking/live-answer";
import { answerOf, type Turn } from "@/features/chat/asking/turns";
import { earlierAnswers } from "@/features/chat/asking/versions";
import { Answer } from "@/features/chat/thread/answer";
import { Question } from "@/features/chat/thread/question";

interface TurnViewProps {
  chat: string;
  turn: Turn;
  live: readonly LiveAnswer[];
  /** Of the conversation's models, by lane. */
  names: readonly string[];
  /** Wordings of the question. */
  versions: { place: number; total: number; onPlace: (place: number) => void };
  onEdit: ((text: string) => void) | undefined;
  /** Missing where later questions rest on these answers, and while answers are on their way. */
  onRetry: ((lane: number) => void) | undefined;
  onKeep: (lane: number) => void;
}

/** A question and its answers, side by side where there is room. */
export function TurnView({ chat, turn, live, names, versions, onEdit, onRetry, onKeep }: TurnViewProps) {
  const isLast = onRetry !== undefined || live.length > 0;
  const lanes = new Set([...turn.answers.map(({ message }) => message.lane), ...live.map(({ lane }) => lane), ...(isLast ? names.keys() : [])]);
  const shown = [...lanes].sort((one, other) => one - other);
  return (
    <li className="flex flex-col gap-3">
      <div className="mx-auto w-full max-w-5xl">
        <Question text={turn.question.message.content} {...versions} onEdit={onEdit} />
      </div>
      <div className={clsx("grid gap-x-6 gap-y-6", shown.length > 1 ? "lg:grid-cols-2 lg:divide-x lg:divide-line lg:[&>*+*]:pl-6" : "mx-auto w-full max-w-5xl")}>
        {shown.map((lane) => (
          <Answer
            key={lane}
            chat={chat}
            name={names[lane] ?? "a model"}
            number={shown.length > 1 ? lane + 1 : undefined}
            kept={answerOf(turn, lane)}
            live={live.find((answer) => answer.lane === lane)}
            earlier={earlierAnswers(turn, lane)}
            onRetry={onRetry && names[lane] !== undefined ? () => onRetry(lane) : undefined}
            onKeep={() => onKeep(lane)}
          />
        ))}
      </div>
    </li>
  );
}
