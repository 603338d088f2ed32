import { Play } from "lucide-react";
import { useNavigate } from "react-router";
import { useStartRun } from "@/api/runs";
import type { PipelineDetails } from "@/api/schema";
import { Button } from "@/components/button";
import { toastProblem } from "@/components/toasts";
import { titleOf } from "@/components/pipeline-cards";

/** Runs the pipeline with the config that lies beside it: the sample documents, the offline model. */
export function RunOnSamples({ pipeline }: { pipeline: PipelineDetails }) {
  const start = useStartRun();
  const navigate = useNavigate();
  if (!pipeline.config) return null;
  const name = titleOf(pipeline.name);
  const press = () =>
    start.mutate(
      { pipeline: pipeline.name, name: `${name} on samples`, overrides: { output_dir: `outputs/samples/${name}` } },
      { onSuccess: (run) => void navigate(`/runs/${run.id}`), onError: (error) => toastProblem("It could not be started", error) },
    );
  return (
    <Button icon={<Play aria-hidden className="size-4" />} busy={start.isPending} onClick={press}>
      Run it on samples
    </Button>
  );
}
