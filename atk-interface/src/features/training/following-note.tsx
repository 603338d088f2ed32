import { ArrowRight } from "lucide-react";
import { Link } from "react-router";
import type { Following } from "@/api/schema";
import { encodePath } from "@/lib/paths";

/** What comes after the training, or why it does not. */
export function FollowingNote({ following: { then = [], started, problem } }: { following: Following }) {
  if (then.length === 0 && !started && !problem) return null;
  return (
    <section data-quiet aria-label="What follows" className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-2xl border border-line bg-panel px-5 py-3">
      <ArrowRight aria-hidden className="size-5 text-hue" />
      {started && (
        <Link to={`/runs/${started}`} className="font-semibold underline underline-offset-4">
          The next run has been started
        </Link>
      )}
      {then.length > 0 && (
        <span>
          When this run is completed, these start by themselves:{" "}
          {then.map((config, index) => (
            <span key={config}>
              {index > 0 && ", then "}
              <Link to={`/configs/${encodePath(config)}`} className="font-mono text-sm underline underline-offset-4">
                {config}
              </Link>
            </span>
          ))}
        </span>
      )}
      {problem && <span className="font-medium text-bad">The next run could not be started: {problem}</span>}
    </section>
  );
}
