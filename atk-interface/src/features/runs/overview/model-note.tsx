import { useQuery } from "@tanstack/react-query";
import { Brain, CircleCheck } from "lucide-react";
import type { RunDetails } from "@/api/schema";
import { trainingQuery } from "@/api/training";
import { ButtonLink } from "@/components/button";
import { stepsInWords } from "@/features/runs/end-in-words";
import { encodePath, isModelHere } from "@/lib/paths";

/** What pipelines that make no rows have left when they are through. */
const LEFT: Record<string, { words: string; model: (run: RunDetails) => unknown; search?: (run: RunDetails) => string }> = {
  "train-pipeline": { words: "The model is trained", model: ({ folder }) => `${folder}/model` },
  "grpo-rl-pipeline": { words: "The model is trained", model: ({ folder }) => `${folder}/model` },
  "evaluate-pipeline": { words: "The model is measured", model: ({ config }) => config["after"], search: ({ id }) => `?evaluation=${id}` },
  "export-pipeline": { words: "The model is exported", model: ({ config }) => config["model"] },
};

/** Where the model is looked at; the list, where the config names one that lies elsewhere. */
function placeOf(run: RunDetails): string {
  const left = LEFT[run.pipeline];
  const path = left?.model(run);
  return typeof path === "string" && isModelHere(path) ? `/models/${encodePath(path)}${left?.search?.(run) ?? ""}` : "/models";
}

export const isAboutModels = ({ pipeline }: RunDetails): boolean => pipeline in LEFT;

/** Of a completed run that has to do with a model: the way to it. */
export function ModelNote({ run }: { run: RunDetails }) {
  const { data } = useQuery(trainingQuery(run.id, false));
  const left = LEFT[run.pipeline];
  if (!left) return null;
  const steps = stepsInWords(data?.stages ?? []);
  return (
    <section data-quiet className="flex flex-wrap items-center gap-x-5 gap-y-3 rounded-2xl border border-good bg-panel px-5 py-4 shadow-card">
      <CircleCheck aria-hidden className="size-7 text-good" />
      <div className="min-w-0 flex-1 basis-72">
        <p className="text-lg font-semibold">{left.words}</p>
        {steps && <p className="text-soft tabular-nums">After {steps}.</p>}
      </div>
      <ButtonLink to={placeOf(run)} variant="go" icon={<Brain aria-hidden className="size-4" />}>
        Open the model
      </ButtonLink>
    </section>
  );
}
