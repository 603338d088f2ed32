import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { pipelineQuery } from "@/api/pipelines";
import type { PipelineDetails } from "@/api/schema";
import { formOf, readConfig, type ConfigModel, type Form, type JsonSchema } from "@/lib/yaml-config";

const NO_SCHEMA: JsonSchema = {};

export interface PipelineForm {
  /** As the text names it. */
  readonly name: string;
  readonly details: UseQueryResult<PipelineDetails>;
  readonly schema: JsonSchema;
  readonly form: Form;
  /** The text as it is. */
  readonly model: ConfigModel;
  /** The text as it last was YAML. */
  readonly readable: ConfigModel;
  /** The pipeline's own config. */
  readonly template: ConfigModel;
}

/** A text, read with the schema of the pipeline that it names. */
export function usePipelineForm(text: string): PipelineForm {
  const name = useMemo(() => readConfig(text, NO_SCHEMA).pipeline ?? "", [text]);
  const details = useQuery({ ...pipelineQuery(name), placeholderData: keepPreviousData });
  const schema = details.data?.schema ?? NO_SCHEMA;
  const example = details.data?.example ?? "";
  const form = useMemo(() => formOf(schema), [schema]);
  const model = useMemo(() => readConfig(text, schema), [text, schema]);
  const template = useMemo(() => readConfig(example, schema), [example, schema]);
  const [readable, setReadable] = useState(model);
  if (model.editable && readable !== model) setReadable(model);
  return { name, details, schema, form, model, readable: model.editable ? model : readable, template };
}
