import { useQuery } from "@tanstack/react-query";
import { historyQuery } from "@/api/history";
import { failedOf, lostOf, makesRows, spentOf, totalOf } from "@/api/run-figures";
import { isActive } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { Stat, Stats } from "@/components/stat";
import { tokensPerSecond } from "@/features/runs/overview/chart-series";
import { troublesInWords } from "@/features/runs/overview/troubles";
import { compact, count, dollars, rate } from "@/lib/format";

/** What it has made, and what that has taken; nothing of one that neither makes rows nor has asked a model. */
export function FiguresPanel({ run }: { run: RunDetails }) {
  const hasRows = makesRows(run);
  const spent = spentOf(run);
  if (!hasRows && spent.calls + spent.reused === 0) return null;
  return (
    <Panel title="Figures">
      <Stats>
        {hasRows && <Outcome run={run} />}
        <Spending run={run} />
        {run.state !== "completed" && <Troubles run={run} />}
      </Stats>
    </Panel>
  );
}

function Outcome({ run }: { run: RunDetails }) {
  const isOver = run.state === "completed";
  const { dropped } = run.figures;
  const failed = Math.max(failedOf(run), lostOf(run, "failed"));
  return (
    <>
      <Stat label="Rows" value={isOver ? count(run.figures.rows) : "–"} note={isOver ? "in the datasets" : "written at the end"} />
      <Stat label="Dropped" value={<span className={dropped ? "text-warn" : ""}>{count(dropped)}</span>} note="by checks, with a reason" />
      <Stat label="Failed" value={<span className={failed ? "text-bad" : ""}>{count(failed)}</span>} note={failedOf(run) ? "see the tab Failed" : failed ? "see the steps below" : "none"} />
    </>
  );
}

function Spending({ run }: { run: RunDetails }) {
  const { data: history } = useQuery(historyQuery(run.id));
  const spent = spentOf(run);
  const speed = history ? tokensPerSecond(history.points) : 0;
  const limit = run.config["max_cost"];
  return (
    <>
      <Stat label="Tokens in" value={compact(spent.input_tokens)} note={run.offline ? "no model, no tokens" : ""} />
      <Stat label="Tokens out" value={compact(spent.output_tokens)} note={isActive(run.state) ? `${rate(speed)} lately` : ""} />
      <Stat label="Money" value={dollars(spent.cost)} note={typeof limit === "number" ? `limit ${dollars(limit)}` : "no limit set"} />
      <Stat label="Calls" value={compact(spent.calls)} note={`${compact(spent.reused)} reused, not paid again`} />
    </>
  );
}

function Troubles({ run: { progress, state } }: { run: RunDetails }) {
  const troubles = troublesInWords(progress?.troubles);
  return (
    <>
      {isActive(state) && <Stat label="Calls in flight" value={count(progress?.concurrency ?? 0)} note="what the provider bears now" />}
      <Stat label="Retries" value={count(totalOf(progress?.troubles))} note={troubles.length ? troubles.join("; ") : "no trouble with providers"} />
    </>
  );
}
