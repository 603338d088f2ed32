import { useQuery } from "@tanstack/react-query";
import { pipelinesQuery } from "@/api/pipelines";
import { Field, Select } from "@/components/field";
import { ProblemNote } from "@/components/problem-note";
import type { PipelineForm } from "./use-pipeline-form";

/** Which pipeline the config is for: the form is that pipeline's. */
export function PipelineChoice({ pipeline, onChoose, waiting }: { pipeline: PipelineForm; onChoose: (name: string) => void; waiting: boolean }) {
  const known = useQuery(pipelinesQuery).data?.items ?? [];
  const { name, details } = pipeline;
  const isKnown = known.some((each) => each.name === name);
  return (
    <div className="flex flex-col gap-3">
      <Field label="Pipeline" hint={details.data && !details.isPlaceholderData ? details.data.summary : undefined}>
        {(ties) => (
          <Select {...ties} value={name} disabled={waiting} onChange={(event) => onChoose(event.target.value)}>
            {!isKnown && <option value={name}>{name || "Choose one"}</option>}
            {known.map((each) => (
              <option key={each.name} value={each.name}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {details.error && name && <ProblemNote error={details.error} title="There is no form for this pipeline" />}
    </div>
  );
}
