import type { Said as Message } from "@/api/schema";
import { counted } from "@/lib/format";

const NAMES: Record<Message["role"], string> = { system: "Instructions", user: "Question", assistant: "Answer" };

/** What was said before an answer, folded; a question alone stands in the heading already. */
export function Said({ messages }: { messages: readonly Message[] }) {
  if (messages.length < 2) return null;
  return (
    <details className="rounded-lg border border-line px-3 py-1.5 text-sm">
      <summary>The conversation until then: {counted(messages.length, "message")}</summary>
      <dl className="flex max-h-80 flex-col gap-2 overflow-auto py-2">
        {messages.map(({ role, content }, place) => (
          <div key={place}>
            <dt className="font-medium text-soft">{NAMES[role]}</dt>
            <dd className="break-words whitespace-pre-wrap">{content}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
