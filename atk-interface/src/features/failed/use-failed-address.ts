import { useSearchParams } from "react-router";
import type { FailedFilter } from "@/api/failed";

const NONE: FailedFilter = { stage: "", step: "", reason: "" };

/** Which reason is looked at; it stands in the address. */
export function useFailedAddress(): [FailedFilter, (filter: FailedFilter | null) => void] {
  const [params, setParams] = useSearchParams();
  const filter: FailedFilter = { stage: params.get("stage") ?? "", step: params.get("step") ?? "", reason: params.get("reason") ?? "" };
  const change = (next: FailedFilter | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [key, value] of Object.entries(next ?? NONE)) {
          if (value) after.set(key, String(value));
          else after.delete(key);
        }
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  return [filter, change];
}
