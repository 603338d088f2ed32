import { useQuery } from "@tanstack/react-query";
import { LineChart as ChartIcon } from "lucide-react";
import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import { isActive, runQuery } from "@/api/runs";
import { trainingQuery } from "@/api/training";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { StageTable } from "@/features/training/stage-table";

const CurvesPanel = lazy(() => import("@/features/training/curves-panel"));

/** How a training goes, or went: stage by stage, step by step. */
export function Component() {
  const { id = "" } = useParams();
  const { data: run } = useQuery(runQuery(id));
  const goesOn = run !== undefined && isActive(run.state);
  const query = useQuery(trainingQuery(id, goesOn));
  return (
    <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
      {({ stages }) =>
        stages.length === 0 ? (
          <Empty icon={<ChartIcon aria-hidden className="size-8" />} title={goesOn ? "No step yet" : "No curves here"}>
            {goesOn ? "Data and model are being read. The curves begin with the first step." : "This run has not come to its first training step. Its log says how far it came."}
          </Empty>
        ) : (
          <div className="flex flex-col gap-5">
            <StageTable stages={stages} goesOn={goesOn} />
            <Suspense fallback={<Skeleton className="h-96" />}>
              <CurvesPanel run={id} stages={stages} />
            </Suspense>
          </div>
        )
      }
    </Loaded>
  );
}
