import clsx from "clsx";
import { CircleAlert, CirclePause, Clock, Unplug, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { makesRows } from "@/api/run-figures";
import type { RunDetails } from "@/api/schema";
import { QueueNote } from "@/features/runs/header/queue-note";

/** Why a run is where it is, and what to do next. Nothing for one that simply goes on. */
export function StateNote({ run }: { run: RunDetails }) {
  switch (run.state) {
    case "completed":
      return null; // its rows are announced on the Overview
    case "queued":
      return (
        <Note icon={Clock} tone="text-info" title="It waits for its turn">
          <QueueNote run={run} />
        </Note>
      );
    case "failed":
      return (
        <Note icon={CircleAlert} tone="text-bad" title="It stopped because of this" role="alert">
          <p className="font-mono text-sm whitespace-pre-wrap">{run.message || "It left no reason behind; the log may say more."}</p>
          {makesRows(run) ? (
            <p>
              Nothing that was paid for is lost. Put the cause right, then <b>Resume from here</b>: finished records are not asked again. Records that failed are under{" "}
              <Link to="failed">Failed</Link>, the whole story is in the <Link to="log">log</Link>, and the menu lets you go on with another model or limit.
            </p>
          ) : (
            <p>
              Put the cause right, then <b>Resume from here</b>: it goes on from what its folder holds. The whole story is in the <Link to="log">log</Link>.
            </p>
          )}
        </Note>
      );
    case "lost":
      return (
        <Note icon={Unplug} tone="text-bad" title="Its process is gone" role="alert">
          <p>{run.message || "The machine or the process that worked on it ended without a word."}</p>
          <p>
            That happens when a machine restarts or runs out of memory. What was finished is on the disk: <b>Resume from here</b> goes on, and nothing is paid twice.
          </p>
        </Note>
      );
    case "paused":
      return (
        <Note icon={CirclePause} tone="text-warn" title="It is paused">
          {run.message && <p>{run.message}</p>}
          <p>
            It keeps all that it has, for as long as you like. <b>Resume from here</b> goes on.
          </p>
        </Note>
      );
    case "cancelled":
      return (
        <Note icon={CirclePause} tone="text-soft" title="It was cancelled">
          <p>{run.message || "What was paid for is kept."}</p>
          <p>
            Changed your mind? <b>Resume from here</b> goes on where it stopped.
          </p>
        </Note>
      );
    case "running":
      return run.stopping ? <Stopping run={run} /> : null;
  }
}

const Stopping = ({ run }: { run: RunDetails }) => (
  <Note icon={CirclePause} tone="text-warn" title={run.stopping === "paused" ? "It is pausing" : "It is stopping"}>
    <p>
      {makesRows(run) ? "Calls that are under way are finished first, so that nothing paid for is lost." : "What is under way is finished first, so that nothing is lost."}
      {run.stopping === "cancelled" && " Kill now does not wait for them."}
    </p>
  </Note>
);

interface NoteProps {
  icon: LucideIcon;
  tone: string;
  title: string;
  role?: "alert";
  children: ReactNode;
}

export const Note = ({ icon: Icon, tone, title, role, children }: NoteProps) => (
  <section data-quiet role={role} className="flex gap-3 rounded-2xl border border-line bg-panel px-5 py-4 shadow-card [&_a]:underline">
    <Icon aria-hidden className={clsx("mt-0.5 size-5 shrink-0", tone)} />
    <div className="flex max-w-prose min-w-0 flex-col gap-1">
      <p className={clsx("font-semibold", tone)}>{title}</p>
      {children}
    </div>
  </section>
);
