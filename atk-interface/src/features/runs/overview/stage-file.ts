import type { StageInfo } from "@/api/schema";

/** "sample/questions: unique openended questions" -> "sample/questions/unique-openended-questions". */
const slugOf = (stage: string): string => {
  const place = stage.indexOf(": ");
  const [part, name] = place > 0 ? [`${stage.slice(0, place)}/`, stage.slice(place + 2)] : ["", stage];
  return part + name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
};

/** What the service calls the records of a stage: the same name, numbered. Empty where it has left none. */
export function stageFileOf(stages: readonly StageInfo[], stage: string): string {
  const wanted = slugOf(stage);
  const found = stages.find(({ name }) => name.replace(/(^|\/)\d+-([^/]*)$/, "$1$2") === wanted);
  return found?.name ?? "";
}
