import { useQuery } from "@tanstack/react-query";
import { ArrowRight, TriangleAlert } from "lucide-react";
import { Link } from "react-router";
import { isActive, runQuery } from "@/api/runs";
import type { Following } from "@/api/schema";
import { StateBadge } from "@/components/state-badge";
import { encodePath } from "@/lib/paths";

const LOOK_AGAIN_MS = 3_000;

interface FollowingNoteProps {
  /** Id of the run that it follows. */
  run: string;
  following: Following;
}

/** What comes after a run by itself, how far that is, or what holds it up. */
export function FollowingNote({ run, following: { then = [], started, problem, held_up: heldUp, held_up_by: holder } }: FollowingNoteProps) {
  const next = useQuery({ ...runQuery(started), refetchInterval: ({ state }) => (state.data && isActive(state.data.state) ? LOOK_AGAIN_MS : false) }).data;
  if (then.length === 0 && !started && !problem) return null;
  const trouble = heldUp || problem;
  const Icon = trouble ? TriangleAlert : ArrowRight;
  return (
    <section data-quiet aria-label="What follows" className="flex items-start gap-3 rounded-2xl border border-line bg-panel px-5 py-3">
      <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${trouble ? "text-warn" : "text-hue"}`} />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1">
        {started && (
          <span className="inline-flex flex-wrap items-center gap-x-3">
            <Link to={`/runs/${started}`} className="font-semibold underline underline-offset-4">
              The next run has been started
            </Link>
            {next && <StateBadge run={next} className="text-sm" />}
          </span>
        )}
        {then.length > 0 && (
          <span>
            {trouble ? "Not started:" : started ? "Then:" : "When this run is completed, these start by themselves:"} <Configs paths={then} />
          </span>
        )}
        {trouble && (
          <p role="status" className="basis-full font-medium break-words">
            {trouble.replace(/^not started: .*?\. (?=[A-Z])/, "")}{" "}
            {holder && holder !== run && (
              <Link to={`/runs/${holder}`} className="underline underline-offset-4">
                Go to that run
              </Link>
            )}
          </p>
        )}
      </div>
    </section>
  );
}

const Configs = ({ paths }: { paths: readonly string[] }) =>
  paths.map((config, index) => (
    <span key={config}>
      {index > 0 && ", then "}
      <Link to={`/configs/${encodePath(config)}`} className="font-mono text-sm underline underline-offset-4">
        {config}
      </Link>
    </span>
  ));
