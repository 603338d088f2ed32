import { Tag } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { secondsOf } from "@/api/run-figures";
import { isActive } from "@/api/runs";
import type { Connection } from "@/api/run-events";
import type { RunDetails } from "@/api/schema";
import { IconButton } from "@/components/button";
import { StateBadge } from "@/components/state-badge";
import { TimeAgo } from "@/components/time-ago";
import { LabelDialog } from "@/features/runs/actions/label-dialog";
import { ConnectionNote } from "@/features/runs/header/connection-note";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format";

interface RunFactsProps {
  run: RunDetails;
  connection: Connection;
  /** Seconds since 1970. */
  heardAt: number;
}

/** What a run is and where it stands, in one line. */
export function RunFacts({ run, connection, heardAt }: RunFactsProps) {
  const [isLabelling, setLabelling] = useState(false);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <StateBadge run={run} />
      <Link to={`/pipelines/${encodeURIComponent(run.pipeline)}`} className="text-hue hover:underline">
        {run.pipeline}
      </Link>
      <span className="inline-flex flex-wrap items-center gap-1.5">
        {run.tags.map((tag) => (
          <Link key={tag} to={`/runs?tag=${encodeURIComponent(tag)}`} className="rounded-full border border-line px-2 text-sm hover:border-edge">
            {tag}
          </Link>
        ))}
        <IconButton label="Name and tags" onClick={() => setLabelling(true)} className="size-7!">
          <Tag aria-hidden className="size-4" />
        </IconButton>
      </span>
      <Times run={run} />
      {(isActive(run.state) || connection === "waiting") && <ConnectionNote connection={connection} heardAt={heardAt} />}
      {isLabelling && <LabelDialog run={run} onClose={() => setLabelling(false)} />}
    </div>
  );
}

function Times({ run }: { run: RunDetails }) {
  const seconds = secondsOf(run, useNow());
  const at = isActive(run.state) ? run.started || run.created : run.ended || run.created;
  return (
    <span className="text-sm tabular-nums">
      {isActive(run.state) ? (run.started ? "started " : "queued ") : "ended "}
      <TimeAgo at={at} />
      {seconds > 0 && ` · took ${duration(Math.floor(seconds * 10) / 10)}`.replace("took", isActive(run.state) ? "for" : "took")}
    </span>
  );
}
