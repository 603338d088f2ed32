import { useSearchParams } from "react-router";
import type { SampleFilter } from "@/api/samples";

export interface ReviewAddress extends SampleFilter {
  /** Id of the row that is looked at; empty for none. */
  row: string;
}

const DECISIONS = ["accept", "reject", "edit", "none"] as const;
const KEYS: Record<keyof ReviewAddress, string> = { dataset: "dataset", text: "find", file: "file", decision: "decision", row: "row" };

/** Which rows are looked at, and which one: it stands in the address, so that it can be kept, shared and gone back to. */
export function useReviewAddress(): [ReviewAddress, (change: Partial<ReviewAddress>) => void] {
  const [params, setParams] = useSearchParams();
  const of = (key: keyof ReviewAddress) => params.get(KEYS[key]) ?? "";
  const address: ReviewAddress = {
    dataset: of("dataset"),
    text: of("text"),
    file: of("file"),
    decision: DECISIONS.find((each) => each === of("decision")) ?? "",
    row: of("row"),
  };
  const change = (changes: Partial<ReviewAddress>) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [key, value] of Object.entries(changes)) {
          const name = KEYS[key as keyof ReviewAddress]; // Object.entries forgets the type of the keys
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  return [address, change];
}
