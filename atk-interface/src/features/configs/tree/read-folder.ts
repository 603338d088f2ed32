import { formOf, setValue, type Edit, type JsonSchema } from "@/lib/yaml-config";

/** Whether configs of a pipeline name a folder of documents. */
export const readsFolder = (schema: JsonSchema): boolean => folderField(schema) !== undefined;

/** The text with the folder of documents that it reads: the one of `input_dir`, or the only one of `inputs`. */
export function withFolder(text: string, folder: string, schema: JsonSchema): Edit {
  if (folderField(schema) === "inputs") return setValue(text, ["inputs"], [{ path: folder }], schema);
  return setValue(text, ["input_dir"], folder, schema);
}

const folderField = (schema: JsonSchema): string | undefined => formOf(schema).fields.find(({ name }) => name === "input_dir" || name === "inputs")?.name;
