import type { Message } from "@/api/schema";
import { count, duration } from "@/lib/format";
import { AnswerText } from "@/features/chat/thread/answer-text";
import { Passages } from "@/features/chat/thread/passages";

interface AnswerBodyProps {
  message: Message;
  /** More of it is to come. */
  isGrowing?: boolean;
}

/** What a model said: its thoughts folded, the answer, what it rests on. */
export const AnswerBody = ({ message: { content, thinking, sources = [] }, isGrowing = false }: AnswerBodyProps) => (
  <div className="flex min-w-0 flex-col gap-3">
    {thinking && (
      <details open={isGrowing && content === ""} className="rounded-lg border border-line px-3 py-1.5 text-sm text-soft">
        <summary>What it thought first</summary>
        <p className="max-h-72 overflow-auto py-2 whitespace-pre-wrap">{thinking}</p>
      </details>
    )}
    {content && <AnswerText text={content} />}
    <Passages sources={sources} />
  </div>
);

/** Tokens and seconds, as the service says them. */
export function AnswerFigures({ message }: { message: Message }) {
  const { seconds, first_seconds, input_tokens, output_tokens, finish } = message;
  const facts = [
    typeof output_tokens === "number" && `${count(output_tokens)} tokens`,
    typeof input_tokens === "number" && `${count(input_tokens)} read`,
    typeof seconds === "number" && duration(seconds),
    typeof first_seconds === "number" && first_seconds >= 0.1 && `first after ${duration(first_seconds)}`,
  ].filter(Boolean);
  return (
    <p className="min-w-0 text-sm text-soft tabular-nums">
      {facts.join(" · ")}
      {finish === "cancelled" && <span className="font-medium text-warn"> Stopped before its end</span>}
      {finish === "length" && <span className="font-medium text-warn"> Cut at the longest answer allowed</span>}
    </p>
  );
}
