import { StickyNote } from "lucide-react";
import { Panel } from "@/components/panel";

/** What the pipeline wants a person to know. */
export function NotesPanel({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <Panel title="Notes">
      <ul className="flex flex-col gap-2">
        {notes.map((note, index) => (
          <li key={index} className="flex gap-2">
            <StickyNote aria-hidden className="mt-1 size-4 shrink-0 text-warn" />
            <span className="min-w-0 break-words">{note}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
