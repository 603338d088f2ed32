import { CircleAlert, CircleCheck, CircleDashed, Eye, Gauge, LoaderCircle, Play, Redo2, Save, Undo2 } from "lucide-react";
import { Button, IconButton } from "@/components/button";
import { stops, type Todo } from "@/features/configs/document/todo";
import type { CheckState } from "./use-check";
import { titleOf } from "./todo-list";
import type { Trial } from "./use-trial";

interface ReadyBarProps {
  check: CheckState;
  todos: readonly Todo[];
  unsaved: boolean;
  saving: boolean;
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  onSave: () => void;
  onRun: () => void;
  isReady: boolean;
  estimate: Trial;
  preview: Trial;
}

/** Where the config stands, and what to do with it. It stays in sight. */
export function ReadyBar(props: ReadyBarProps) {
  const { unsaved, saving, isReady, estimate, preview } = props;
  return (
    <div data-quiet className="z-20 flex flex-wrap items-center gap-2 rounded-2xl border border-line bg-panel px-3 py-2 shadow-card md:sticky md:top-15 lg:top-2">
      <div className="min-w-48 flex-1 basis-48">
        <Standing {...props} />
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <IconButton label="Undo (Ctrl Z in the form or the text)" disabled={!props.canUndo} onClick={props.onUndo}>
          <Undo2 aria-hidden className="size-4" />
        </IconButton>
        <IconButton label="Redo" disabled={!props.canRedo} onClick={props.onRedo}>
          <Redo2 aria-hidden className="size-4" />
        </IconButton>
        <Button icon={<Save aria-hidden className="size-4" />} busy={saving} disabled={!unsaved} onClick={props.onSave}>
          {unsaved ? "Save" : "Saved"}
        </Button>
        <Button icon={<Gauge aria-hidden className="size-4" />} busy={estimate.isActive} onClick={estimate.start}>
          Estimate
        </Button>
        <Button icon={<Eye aria-hidden className="size-4" />} busy={preview.isActive} onClick={preview.start}>
          Preview 5
        </Button>
        <Button variant={isReady ? "go" : "quiet"} icon={<Play aria-hidden className="size-4" />} onClick={props.onRun}>
          Run
        </Button>
      </div>
    </div>
  );
}

function Standing({ check, todos, unsaved, isReady }: ReadyBarProps) {
  const note = unsaved ? <span className="text-sm text-soft"> · edits not saved</span> : null;
  const standing = (icon: React.ReactNode, tone: string, words: string) => (
    <p role="status" className="flex min-h-6 items-center gap-2">
      {icon}
      <span className="min-w-0">
        <span className={`font-semibold ${tone}`}>{words}</span>
        {note}
      </span>
    </p>
  );
  if (check.error) return standing(<CircleAlert aria-hidden className="size-5 shrink-0 text-bad" />, "text-bad", `Not checked: ${check.error.message}`);
  const stopping = todos.filter(stops);
  if (stopping.length > 0) {
    const onlyToFill = stopping.every(({ kind }) => kind === "fill-in");
    return onlyToFill
      ? standing(<CircleDashed aria-hidden className="size-5 shrink-0 text-ember" />, "text-ember", titleOf(stopping))
      : standing(<CircleAlert aria-hidden className="size-5 shrink-0 text-bad" />, "text-bad", titleOf(stopping));
  }
  if (isReady) return standing(<CircleCheck aria-hidden className="size-5 shrink-0 text-good" />, "text-good", "Ready to run");
  return standing(<LoaderCircle aria-hidden className="size-5 shrink-0 animate-spin text-soft" />, "text-soft", "Checking …");
}
