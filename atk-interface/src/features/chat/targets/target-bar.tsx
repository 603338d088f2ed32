import { Columns2, X } from "lucide-react";
import type { ChatTarget } from "@/api/chats";
import { Button, IconButton } from "@/components/button";
import { ModelServer } from "@/features/chat/targets/model-server";
import { TargetChoice } from "@/features/chat/targets/target-choice";

interface TargetBarProps {
  targets: readonly ChatTarget[];
  /** Answers are on their way. */
  disabled: boolean;
  onChange: (targets: ChatTarget[]) => void;
}

/** Whom the next question goes to: one model, or two side by side. */
export function TargetBar({ targets, disabled, onChange }: TargetBarProps) {
  const paths = [...new Set(targets.flatMap((target) => (target.kind === "model" ? [target.path] : [])))];
  const isAlone = targets.length === 1;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start gap-2">
        {targets.map((target, lane) => (
          <div key={lane} className="flex min-w-0 flex-1 basis-64 items-start gap-1">
            <TargetChoice label={isAlone ? "Model" : `Model ${lane + 1}`} target={target} disabled={disabled} onChange={(chosen) => onChange(targets.with(lane, chosen))} />
            {!isAlone && (
              <IconButton label={`Remove model ${lane + 1}`} disabled={disabled} onClick={() => onChange(targets.toSpliced(lane, 1))}>
                <X aria-hidden className="size-4" />
              </IconButton>
            )}
          </div>
        ))}
        {isAlone && (
          <Button icon={<Columns2 aria-hidden className="size-4" />} disabled={disabled} onClick={() => onChange([...targets, { kind: "offline" }])}>
            Compare with a second
          </Button>
        )}
      </div>
      {paths.map((path) => (
        <ModelServer key={path} path={path} />
      ))}
    </div>
  );
}
