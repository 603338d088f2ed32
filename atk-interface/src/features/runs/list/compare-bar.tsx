import { GitCompare } from "lucide-react";
import { Button, ButtonLink } from "@/components/button";

/** What is ticked, and what can be done with it. It keeps its place below the list. */
export function CompareBar({ chosen, onClear }: { chosen: readonly string[]; onClear: () => void }) {
  const [first, second] = chosen;
  if (!first) return null;
  return (
    <div data-quiet role="status" className="sticky bottom-3 z-20 flex flex-wrap items-center gap-3 rounded-2xl border border-edge bg-panel px-4 py-3 shadow-card">
      <span className="flex-1">{second ? "Two runs are chosen." : "One run is chosen. Choose another to compare it with."}</span>
      <Button size="small" onClick={onClear}>
        Clear
      </Button>
      {second && (
        <ButtonLink size="small" variant="primary" icon={<GitCompare aria-hidden className="size-4" />} to={`/compare?first=${first}&second=${second}`}>
          Compare
        </ButtonLink>
      )}
    </div>
  );
}
