import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { allConfigsQuery, useNewConfig } from "@/api/configs";
import { pipelinesQuery } from "@/api/pipelines";
import { Field, Select } from "@/components/field";
import { pageOf } from "./config-path";
import { NameDialog } from "./name-dialog";

interface NewDialogProps {
  /** A pipeline to begin with; may be empty. */
  pipeline: string;
  onClose: () => void;
}

/** A new config: from a pipeline, or as a copy of one that is there. */
export function NewDialog({ pipeline, onClose }: NewDialogProps) {
  const pipelines = useQuery(pipelinesQuery).data?.items ?? [];
  const configs = useQuery(allConfigsQuery).data?.configs ?? [];
  const [chosen, setChosen] = useState("");
  const create = useNewConfig();
  const navigate = useNavigate();
  const first = pipelines.find((each) => each.name === pipeline) ?? pipelines.find((each) => !each.error);
  const source = chosen || (first ? `pipeline:${first.name}` : "");
  const [kind = "", ...rest] = source.split(":");
  const name = rest.join(":");
  const summary = kind === "pipeline" ? pipelines.find((each) => each.name === name)?.summary : "A copy, comments and all.";

  const make = async (path: string) => {
    await create.mutateAsync(kind === "pipeline" ? { path, pipeline: name } : { path, template: name });
    await navigate(pageOf(path));
  };
  return (
    <NameDialog
      title="New config"
      description="A config says what a run does. It begins with every setting of the pipeline, each with what it means."
      label="Name"
      action="Create"
      start=""
      notReady={source === ""}
      onName={make}
      onClose={onClose}
    >
      <Field label="Begin with" hint={summary}>
        {(ties) => (
          <Select {...ties} value={source} onChange={(event) => setChosen(event.target.value)}>
            <optgroup label="All settings of a pipeline">
              {pipelines.map((each) => (
                <option key={each.name} value={`pipeline:${each.name}`} disabled={Boolean(each.error)}>
                  {each.name}
                  {each.error ? " (broken)" : ""}
                </option>
              ))}
            </optgroup>
            {configs.length > 0 && (
              <optgroup label="A copy of">
                {configs.map(({ path }) => (
                  <option key={path} value={`copy:${path}`}>
                    {path}
                  </option>
                ))}
              </optgroup>
            )}
          </Select>
        )}
      </Field>
    </NameDialog>
  );
}
