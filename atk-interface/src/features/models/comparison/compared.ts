import type { EvaluationComparison, EvaluationDetails, Figure } from "@/api/schema";
import { measuredOf, type Measured } from "@/features/models/figure-words";
import { counted } from "@/lib/format";

/** Which of two evaluations shows the better model. `unclear`: the difference may be chance. `unknown`: an interval is missing. */
export type Outcome = "first" | "second" | "unclear" | "unknown" | "incomparable";

/** One figure that both evaluations have. */
export interface ComparedFigure {
  name: string;
  unit: string;
  better: string;
  first: Measured;
  second: Measured;
  /** The second less the first. */
  difference: Measured;
  outcome: Outcome;
}

/**
 * The second less the first with an interval of 95 %, from the two intervals (Newcombe, 1998, method 10; Zou and Donner,
 * 2008). It takes the two for independent: where both were asked the same questions, it is wider than it need be.
 */
export function differenceOf(first: Measured, second: Measured): Measured {
  if (first.value === null || second.value === null) return { value: null, low: null, high: null };
  const value = second.value - first.value;
  if (first.low === null || first.high === null || second.low === null || second.high === null) return { value, low: null, high: null };
  return {
    value,
    low: value - Math.hypot(second.value - second.low, first.high - first.value),
    high: value + Math.hypot(second.high - second.value, first.value - first.low),
  };
}

/** Perplexities count tokens, so models with different vocabularies have different ones. */
const vocabularyOf = ({ models }: EvaluationDetails): unknown => {
  const after = models["after"];
  return typeof after === "object" && after !== null && "vocabulary" in after ? after.vocabulary : undefined;
};

function outcomeOf({ low, high }: Measured, better: string): Outcome {
  if (low === null || high === null) return "unknown";
  if (low <= 0 && high >= 0) return "unclear";
  return low > 0 === (better === "higher") ? "second" : "first";
}

/** What both have measured of the model that each calls "after". */
export function comparedFigures({ first, second }: Pick<EvaluationComparison, "first" | "second">): ComparedFigure[] {
  const sameTokens = vocabularyOf(first) === vocabularyOf(second);
  return first.figures.flatMap((mine: Figure) => {
    const other = second.figures.find(({ name }) => name === mine.name);
    if (!other) return [];
    const [left, right] = [measuredOf(mine, "after"), measuredOf(other, "after")];
    const difference = differenceOf(left, right);
    const isComparable = mine.unit === other.unit && mine.better === other.better && (mine.unit !== "perplexity" || sameTokens);
    const { name, unit, better } = mine;
    return [{ name, unit, better, first: left, second: right, difference, outcome: isComparable ? outcomeOf(difference, better) : "incomparable" }];
  });
}

/** Names of what only one of the two has measured. */
export const onlyIn = (one: EvaluationDetails, shared: readonly string[]): string[] => one.figures.map(({ name }) => name).filter((name) => !shared.includes(name));

/** What the figures come to, in a sentence. */
export function inShort(figures: readonly ComparedFigure[], names: readonly [string, string]): string {
  const number = (outcome: Outcome) => figures.filter((figure) => figure.outcome === outcome).length;
  const [first, second] = [number("first"), number("second")];
  const rest = figures.length - first - second;
  if (rest === figures.length) return "No figure tells them apart: what differs may be chance.";
  const parts = [first && `${names[0]} is better in ${first}`, second && `${names[1]} is better in ${second}`, rest && `${rest} ${rest === 1 ? "does" : "do"} not tell them apart`];
  return `Of ${counted(figures.length, "figure")}: ${parts.filter(Boolean).join("; ")}.`;
}
