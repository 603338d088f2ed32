import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { historyQuery } from "@/api/history";
import { Skeleton } from "@/components/loading";
import { ProblemNote } from "@/components/problem-note";

const ChartsPanel = lazy(() => import("@/features/runs/overview/charts-panel"));

/** A shorter run has no course worth drawing. */
const LEAST_SECONDS = 2;

/** Charts are brought when there is something to draw. */
export function Charts({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(historyQuery(id));
  if (error && !data) return <ProblemNote error={error} title="The charts are missing" onRetry={() => void refetch()} />;
  const [first, last] = [data?.points[0], data?.points.at(-1)];
  if (!data || !first || !last || last.t - first.t < LEAST_SECONDS) return null;
  return (
    <Suspense fallback={<Skeleton className="h-96" />}>
      <ChartsPanel history={data} />
    </Suspense>
  );
}
