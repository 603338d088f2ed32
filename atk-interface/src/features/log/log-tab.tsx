import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { logTotalQuery } from "@/api/log";
import { isActive, runQuery } from "@/api/runs";
import { Skeleton } from "@/components/loading";
import { ProblemNote } from "@/components/problem-note";
import { LogReader } from "@/features/log/log-reader";
import { useLogAddress } from "@/features/log/use-log-address";

/** The log of a run, and what its process printed. */
export function Component() {
  const { id = "" } = useParams();
  const [{ file }] = useLogAddress();
  const run = useQuery(runQuery(id)).data;
  const goesOn = run !== undefined && isActive(run.state);
  const total = useQuery(logTotalQuery(id, file, goesOn));

  if (total.data === undefined) return total.error ? <ProblemNote error={total.error} onRetry={() => void total.refetch()} /> : <Skeleton className="h-96" />;
  return <LogReader key={`${id} ${file}`} run={id} folder={run?.folder ?? ""} goesOn={goesOn} total={total.data} />;
}
