import { expect, it } from "vitest";
import { factsIn } from "@/features/models/evaluation-facts";

it("tells what an evaluation tells, in words", () => {
  const facts = factsIn({ questions: { asked: 32, clean: 31, contaminated: 1 }, contamination: { checked: true }, forgetting: { verdict: "forgot" } });
  expect(facts).toEqual([
    ["Questions", "32 questions asked"],
    ["Contamination", "1 question stands in the training data, 31 do not"],
    ["Forgetting", "general abilities have suffered"],
  ]);
});

it("makes up nothing about what was not looked at", () => {
  expect(factsIn({ questions: {}, contamination: {}, forgetting: {} })).toEqual([]);
  expect(factsIn({ questions: { clean: null, contaminated: null }, contamination: { checked: false }, forgetting: {} })).toEqual([["Contamination", "not checked: nobody named the training data"]]);
});
