import { CircleAlert, Info } from "lucide-react";
import { Button, ButtonLink } from "@/components/button";

interface AnswerProblemProps {
  /** What the service or the provider said. */
  detail: string;
  code: string;
  /** A part of the answer has come. */
  hasText: boolean;
  onRetry: (() => void) | undefined;
}

const TITLES: Record<string, string> = {
  "connection-lost": "The connection was lost",
  "model-refused": "The model's server refused",
  "model-away": "The model cannot be reached",
  "model-failed": "The model's server failed",
  "not-served": "This model is not being served",
  "not-listening": "The server is still loading its model",
  "no-key": "The key is missing",
  "nothing-said": "No answer",
  stopped: "Stopped before anything came",
  missing: "No answer is kept here",
  unkept: "The answer is complete, but could not be kept",
};
const ACTIONS: Record<string, string> = { missing: "Ask again", stopped: "Ask again", unkept: "Keep it now" };
/** Nothing went wrong: somebody did this. */
const CALM = ["stopped", "missing"];

/** Why there is no answer, or only a part of one, and what to do. */
export function AnswerProblem({ detail, code, hasText, onRetry }: AnswerProblemProps) {
  const isCalm = CALM.includes(code);
  const Icon = isCalm ? Info : CircleAlert;
  return (
    <div role={isCalm ? undefined : "alert"} className={`flex gap-3 rounded-xl border p-3 ${isCalm ? "border-line" : "border-bad"}`}>
      <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${isCalm ? "text-soft" : "text-bad"}`} />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{TITLES[code] ?? (hasText ? "The answer broke off" : "No answer came")}</p>
        {detail && <p className="break-words">{detail}</p>}
        <p className="mt-2 flex flex-wrap gap-2">
          {onRetry && (
            <Button size="small" onClick={onRetry}>
              {ACTIONS[code] ?? "Try again"}
            </Button>
          )}
          {code === "no-key" && (
            <ButtonLink size="small" to="/settings">
              Go to Settings
            </ButtonLink>
          )}
        </p>
      </div>
    </div>
  );
}
