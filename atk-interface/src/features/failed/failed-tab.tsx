import { useQuery } from "@tanstack/react-query";
import { Inbox, PartyPopper } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { failedSummaryQuery, type FailedFilter } from "@/api/failed";
import { lostOf } from "@/api/run-figures";
import { isActive, runQuery } from "@/api/runs";
import type { FailedSummary } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { Loaded } from "@/components/loading";
import { FailedList } from "@/features/failed/failed-list";
import { Reasons } from "@/features/failed/reasons";
import { RetryPanel } from "@/features/failed/retry-panel";
import { useFailedAddress } from "@/features/failed/use-failed-address";
import { counted } from "@/lib/format";

/** The inbox: records that could not be finished, why, and another try for them. */
export function Component() {
  const { id = "" } = useParams();
  const summary = useQuery(failedSummaryQuery(id));
  return <Loaded query={summary}>{(found) => <FailedInbox key={id} id={id} summary={found} />}</Loaded>;
}

function FailedInbox({ id, summary }: { id: string; summary: FailedSummary }) {
  const [filter, choose] = useFailedAddress();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const run = useQuery(runQuery(id)).data;
  const goesOn = run !== undefined && isActive(run.state);

  if (summary.total === 0) return <NothingHere goesOn={goesOn} onTheWay={run ? lostOf(run, "failed") : 0} />;
  return (
    <div data-quiet className="flex min-w-0 flex-col gap-4">
      {run && goesOn ? (
        <p role="status" className="rounded-xl border border-line bg-panel p-4">
          <span className="font-medium">The run goes on.</span> {counted(summary.total, "record")} failed before; this inbox is written anew when it ends.{" "}
          <ButtonLink to={`/runs/${id}`} size="small" variant="plain">
            Watch it
          </ButtonLink>
        </p>
      ) : (
        run && <RetryPanel run={run} total={summary.total} selected={selected} onDone={() => setSelected(new Set())} />
      )}
      <Reasons summary={summary} filter={filter} onChoose={choose} />
      <FailedList key={JSON.stringify(filter)} run={id} pipeline={run?.pipeline ?? ""} filter={filter} total={fitting(summary, filter)} selected={selected} onSelect={setSelected} />
    </div>
  );
}

/** `onTheWay`: what steps counted as failed without a record that could be tried again, such as files that cannot be read. */
function NothingHere({ goesOn, onTheWay }: { goesOn: boolean; onTheWay: number }) {
  if (goesOn) {
    return (
      <Empty icon={<Inbox aria-hidden className="size-7" />} title="Nothing failed before this try">
        Records that cannot be finished are written here when the run ends. The overview counts them as they come.
      </Empty>
    );
  }
  if (onTheWay > 0) {
    return (
      <Empty icon={<Inbox aria-hidden className="size-7" />} title="No record to try again">
        {counted(onTheWay, "input")} could not be taken in, such as a damaged file: there is no model to ask again. The overview and the log say which, and why.
      </Empty>
    );
  }
  return (
    <Empty icon={<PartyPopper aria-hidden className="size-7" />} title="Nothing failed">
      Every record was finished, or was dropped by a check with its reason: the overview counts those.
    </Empty>
  );
}

const fitting = (summary: FailedSummary, { stage, step, reason }: FailedFilter): number =>
  summary.items.filter((item) => (!stage || item.stage === stage) && (!step || item.step === step) && (!reason || item.headline === reason)).reduce((sum, item) => sum + item.count, 0);
