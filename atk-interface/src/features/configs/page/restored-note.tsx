import { History } from "lucide-react";
import { Button } from "@/components/button";

/** These are edits from before the page was loaded again. */
export const RestoredNote = ({ onDiscard }: { onDiscard: () => void }) => (
  <div data-quiet role="note" className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl border border-info bg-panel px-4 py-2">
    <History aria-hidden className="size-4 shrink-0 text-info" />
    <span className="min-w-0 flex-1">These are your unsaved edits from before the page was loaded again.</span>
    <Button size="small" onClick={onDiscard}>
      Discard them
    </Button>
  </div>
);
