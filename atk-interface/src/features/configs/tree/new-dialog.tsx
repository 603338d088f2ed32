import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { allConfigsQuery } from "@/api/configs";
import { pipelineQuery, pipelinesQuery } from "@/api/pipelines";
import { Field } from "@/components/field";
import { nameOf } from "./config-path";
import { NameDialog } from "./name-dialog";
import { readsFolder } from "./read-folder";
import { SourceSelect, sourceOf } from "./source-select";
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
  const { wish, ofPipeline, summary } = sourceOf(source, pipelines, configs);
  const cannotRead = useCannotRead(ofPipeline, folder);
  const make = useMakeConfig(ofPipeline, folder);
  return (
    <NameDialog
      title="New config"
      description={folder ? "A config says what a run does. Choose what is to be made of your documents; everything else can be changed afterwards." : "A config says what a run does. It begins with every setting of the pipeline, each with what it means."}
      label="Name"
      action="Create"
      start={folder && nameOf(folder)}
      notReady={source === "" || cannotRead}
      onName={(path) => make({ path, ...wish })}
      onClose={onClose}
    >
      {folder && (
        <p>
          It reads <code className="font-mono text-sm break-all">{folder}</code>
        </p>
      )}
      <Field label="Begin with" hint={summary} error={cannotRead && `${ofPipeline} reads no folder of documents: choose another.`}>
        {(ties) => <SourceSelect {...ties} value={source} onChange={(event) => setChosen(event.target.value)} pipelines={pipelines} configs={configs} />}
      </Field>
    </NameDialog>
  );
}

/** Whether a pipeline has no setting that a folder of documents could go to. */
function useCannotRead(pipeline: string, folder: string): boolean {
  const schema = useQuery({ ...pipelineQuery(pipeline), enabled: folder !== "" && pipeline !== "" }).data?.schema;
  return folder !== "" && schema !== undefined && !readsFolder(schema);
}
