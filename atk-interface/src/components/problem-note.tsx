import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { messageOf, ProblemError } from "@/api/problems";
import { Button } from "@/components/button";

interface ProblemNoteProps {
  error: unknown;
  /** What did not work, in a few words; the service says why. */
  title?: string;
  onRetry?: () => void;
  children?: ReactNode;
}

/** What went wrong, why, and what to do next. */
export function ProblemNote({ error, title, onRetry, children }: ProblemNoteProps) {
  const problem = error instanceof ProblemError ? error : undefined;
  return (
    <div data-quiet role="alert" className="flex gap-3 rounded-xl border border-bad bg-panel p-4">
      <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title ?? problem?.title ?? "This did not work"}</p>
        <p className="break-words">{messageOf(error)}</p>
        {problem && problem.mistakes.length > 0 && (
          <ul className="mt-2 list-disc space-y-1 pl-5 text-sm">
            {problem.mistakes.map((mistake, index) => (
              <li key={index}>
                {mistake.key && <code className="font-mono">{mistake.key}: </code>}
                {mistake.message}
                {mistake.line > 0 && <span className="text-soft"> (line {mistake.line})</span>}
              </li>
            ))}
          </ul>
        )}
        {children}
        {onRetry && (
          <Button size="small" className="mt-3" onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
