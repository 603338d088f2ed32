import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { allConfigsQuery } from "@/api/configs";
import { pipelineQuery, pipelinesQuery } from "@/api/pipelines";
import { Field, Select } from "@/components/field";
import { nameOf } from "./config-path";
import { NameDialog } from "./name-dialog";
import { readsFolder } from "./read-folder";
import { useMakeConfig } from "./use-make-config";

interface NewDialogProps {
  /** A pipeline to begin with; may be empty. */
  pipeline: string;
  /** A folder of documents that it shall read; may be empty. */
  folder: string;
  onClose: () => void;
}

/** A new config: from a pipeline, or as a copy of one that is there. */
export function NewDialog({ pipeline, folder, onClose }: NewDialogProps) {
  const pipelines = useQuery(pipelinesQuery).data?.items ?? [];
  const configs = useQuery(allConfigsQuery).data?.configs ?? [];
  const [chosen, setChosen] = useState("");
  const given = pipelines.some(({ name }) => name === pipeline) ? `pipeline:${pipeline}` : "";
  const source = chosen || given;
  const [kind = "", ...rest] = source.split(":");
  const name = rest.join(":");
  const ofPipeline = kind === "pipeline" ? name : (configs.find(({ path }) => path === name)?.pipeline ?? "");
  const summary = kind === "pipeline" ? pipelines.find((each) => each.name === name)?.summary : source && "A copy, comments and all.";

  const schema = useQuery({ ...pipelineQuery(ofPipeline), enabled: folder !== "" && ofPipeline !== "" }).data?.schema;
  const cannotRead = folder !== "" && schema !== undefined && !readsFolder(schema);
  const make = useMakeConfig(ofPipeline, folder);
  return (
    <NameDialog
      title="New config"
      description={folder ? "A config says what a run does. Choose what is to be made of your documents; everything else can be changed afterwards." : "A config says what a run does. It begins with every setting of the pipeline, each with what it means."}
      label="Name"
      action="Create"
      start={folder && nameOf(folder)}
      notReady={source === "" || cannotRead}
      onName={(path) => make(kind === "pipeline" ? { path, pipeline: name } : { path, template: name })}
      onClose={onClose}
    >
      {folder && (
        <p>
          It reads <code className="font-mono text-sm break-all">{folder}</code>
        </p>
      )}
      <Field label="Begin with" hint={summary} error={cannotRead && `${ofPipeline} reads no folder of documents: choose another.`}>
        {(ties) => (
          <Select {...ties} required value={source} onChange={(event) => setChosen(event.target.value)}>
            {source === "" && <option value="">Choose one</option>}
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
