import { Pencil } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { Button, IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { TextArea } from "@/components/field";
import { VersionSteps } from "@/features/chat/thread/version-steps";

interface QuestionProps {
  text: string;
  /** Which wording is shown, counted from 0, and how many there are. */
  place: number;
  total: number;
  onPlace: (place: number) => void;
  /** Missing where nothing can be asked: in an earlier version, and while answers are on their way. */
  onEdit?: ((text: string) => void) | undefined;
}

/** What was asked. Edited, the conversation goes on anew from there. */
export function Question({ text, place, total, onPlace, onEdit }: QuestionProps) {
  const [editing, setEditing] = useState(false);
  if (editing && onEdit) {
    const submit = (next: string) => {
      setEditing(false);
      onEdit(next);
    };
    return <QuestionEditor text={text} onSubmit={submit} onClose={() => setEditing(false)} />;
  }
  return (
    <div className="flex flex-col items-end">
      <p className="max-w-full rounded-2xl rounded-br-md bg-raised px-4 py-2.5 break-words whitespace-pre-wrap sm:max-w-[85%]">{text}</p>
      <div className="flex min-h-9 items-center">
        <VersionSteps noun="question" place={place} total={total} onPlace={onPlace} />
        <CopyButton text={text} label="Copy question" />
        {onEdit && (
          <IconButton label="Edit question" onClick={() => setEditing(true)}>
            <Pencil aria-hidden className="size-4" />
          </IconButton>
        )}
      </div>
    </div>
  );
}

interface QuestionEditorProps {
  text: string;
  onSubmit: (text: string) => void;
  onClose: () => void;
}

const focus = (field: HTMLTextAreaElement | null): void => field?.focus();

function QuestionEditor({ text, onSubmit, onClose }: QuestionEditorProps) {
  const [typed, setTyped] = useState(text);
  const ready = typed.trim() !== "";
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onClose();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    if (ready) onSubmit(typed);
  };
  return (
    <div className="flex flex-col gap-2">
      <TextArea ref={focus} aria-label="Question in other words" rows={3} maxLength={200_000} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={press} className="field-sizing-content max-h-80" />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="min-w-0 flex-1 text-sm text-soft">What follows is asked anew. What was there stays as an earlier version.</p>
        <Button size="small" onClick={onClose}>
          Leave it
        </Button>
        <Button size="small" variant="primary" disabled={!ready} onClick={() => onSubmit(typed)}>
          Ask this instead
        </Button>
      </div>
    </div>
  );
}
