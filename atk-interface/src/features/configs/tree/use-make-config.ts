import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { useNewConfig, useSaveConfig, type NewConfig } from "@/api/configs";
import { pipelineQuery } from "@/api/pipelines";
import { toastProblem } from "@/components/toasts";
import { pageOf } from "./config-path";
import { withFolder } from "./read-folder";

/** Makes a config, lets it read a folder where one is given, and goes to its page. */
export function useMakeConfig(pipeline: string, folder: string): (wish: NewConfig) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useNewConfig();
  const save = useSaveConfig();

  const readFolder = async ({ path, text, version }: { path: string; text: string; version: string }) => {
    const { schema } = await client.query(pipelineQuery(pipeline));
    const edit = withFolder(text, folder, schema);
    if (!edit.ok) throw new Error(edit.reason);
    await save.mutateAsync({ path, text: edit.text, version });
  };
  return async (wish) => {
    const made = await create.mutateAsync(wish);
    if (folder !== "") await readFolder(made).catch((error: unknown) => toastProblem(`${made.path} is made, but does not read ${folder} yet: set it there`, error));
    await navigate(pageOf(made.path));
  };
}
