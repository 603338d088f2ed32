import { expect, it } from "vitest";
import { stageFileOf } from "@/features/runs/overview/stage-file";

const stages = ["01-chunks", "03-unique-questions", "sample/questions/04-unique-openended-questions", "sample/gaps/02-questions-about-untaught-facts"].map((name) => ({ name, finished: 1, size: 1 }));

it("finds the records of a stage, also of a part", () => {
  expect(stageFileOf(stages, "unique questions")).toBe("03-unique-questions");
  expect(stageFileOf(stages, "sample/questions: unique openended questions")).toBe("sample/questions/04-unique-openended-questions");
});
it("is empty for a stage that has left none", () => {
  expect(stageFileOf(stages, "debug-pipeline")).toBe("");
});
