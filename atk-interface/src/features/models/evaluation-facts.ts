import type { EvaluationDetails } from "@/api/schema";
import { counted } from "@/lib/format";

const numberIn = (facts: Record<string, unknown>, name: string): number | null => (typeof facts[name] === "number" ? facts[name] : null);

/** Questions, contamination and forgetting, in words; what the evaluation does not tell is left out. */
export function factsIn({ questions, contamination, forgetting }: Pick<EvaluationDetails, "questions" | "contamination" | "forgetting">): [string, string][] {
  const facts: [string, string | null][] = [
    ["Questions", questionsIn(questions)],
    ["Contamination", contamination["checked"] === false ? "not checked: nobody named the training data" : contaminatedIn(questions)],
    ["Forgetting", forgettingIn(forgetting)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function questionsIn(questions: Record<string, unknown>): string | null {
  const asked = numberIn(questions, "asked");
  return asked === null ? null : `${counted(asked, "question")} asked`;
}

function contaminatedIn(questions: Record<string, unknown>): string | null {
  const [clean, dirty] = [numberIn(questions, "clean"), numberIn(questions, "contaminated")];
  if (dirty === null) return null;
  if (dirty === 0) return "no question stands in the training data";
  return `${counted(dirty, "question")} ${dirty === 1 ? "stands" : "stand"} in the training data, ${clean ?? 0} do not`;
}

const VERDICTS: Record<string, string> = {
  forgot: "general abilities have suffered",
  "not shown": "none is shown",
  "not measured": "not measured",
};

function forgettingIn({ verdict }: Record<string, unknown>): string | null {
  return typeof verdict === "string" ? (VERDICTS[verdict] ?? verdict) : null;
}
