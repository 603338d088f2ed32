import { describe, expect, it } from "vitest";
import { nextStep, stepsOf } from "@/features/home/steps";

const nothing = { runs: [], inputs: [{ name: "sample" }, { name: "general" }], configs: [], providers: [{ built_in: true, has_key: true, local: true }] };

describe("the way to a first dataset", () => {
  it("begins with documents: the samples are not one's own, and a local server that nobody chose is no choice", () => {
    expect(stepsOf(nothing).map(({ done }) => done)).toEqual([false, false, false, false]);
    expect(nextStep(stepsOf(nothing))?.name).toBe("Bring documents");
  });

  it("goes on with the first thing that is missing", () => {
    const steps = stepsOf({ ...nothing, inputs: [...nothing.inputs, { name: "letters" }], configs: [{ name: "mine.yaml" }] });
    expect(nextStep(steps)?.name).toBe("Choose a model");
  });

  it("is over when a run of one's own config is completed", () => {
    const steps = stepsOf({
      runs: [{ state: "completed", config_file: "mine.yaml" }],
      inputs: [{ name: "letters" }],
      configs: [{ name: "mine.yaml" }],
      providers: [{ built_in: false, has_key: false, local: true }],
    });
    expect(nextStep(steps)).toBeUndefined();
  });
});
