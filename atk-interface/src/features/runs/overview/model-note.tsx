import { Brain, CircleCheck } from "lucide-react";
import type { RunDetails } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { encodePath } from "@/lib/paths";

/** What pipelines that make no rows have left when they are through. */
const LEFT: Record<string, { words: string; place: (folder: string) => string; action: string }> = {
  "train-pipeline": { words: "The model is trained", place: (folder) => `/models/${encodePath(`${folder}/model`)}`, action: "Open the model" },
  "evaluate-pipeline": { words: "The model is measured", place: () => "/models", action: "Models with their figures" },
  "export-pipeline": { words: "The model is exported", place: () => "/models", action: "Models and exports" },
};

export const isAboutModels = ({ pipeline }: RunDetails): boolean => pipeline in LEFT;

/** Of a completed run that has to do with a model: the way to it. */
export function ModelNote({ run: { pipeline, folder } }: { run: RunDetails }) {
  const left = LEFT[pipeline];
  if (!left) return null;
  return (
    <section data-quiet className="flex flex-wrap items-center gap-x-5 gap-y-3 rounded-2xl border border-good bg-panel px-5 py-4 shadow-card">
      <CircleCheck aria-hidden className="size-7 text-good" />
      <p className="min-w-0 flex-1 basis-72 text-lg font-semibold">{left.words}</p>
      <ButtonLink to={left.place(folder)} variant="go" icon={<Brain aria-hidden className="size-4" />}>
        {left.action}
      </ButtonLink>
    </section>
  );
}
