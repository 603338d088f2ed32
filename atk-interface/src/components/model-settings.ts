import { useQuery } from "@tanstack/react-query";
import { pipelineQuery } from "@/api/pipelines";
import type { Run } from "@/api/schema";

/** The settings of a run that name a model, as its pipeline declares them. */
export const useModelSettings = (run: Run): string[] =>
  (useQuery(pipelineQuery(run.pipeline)).data?.parameters ?? []).filter(({ type }) => /\bModel\b/.test(type)).map(({ name }) => name);

/** As the service takes them; what is left empty stays as it is. */
export const modelOverrides = (models: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(models).flatMap(([name, model]) => (model.trim() ? [[name, model.trim()]] : [])));
