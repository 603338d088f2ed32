import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { RunFilter } from "@/api/runs";
import type { State } from "@/api/schema";

export const STATES: readonly State[] = ["running", "queued", "paused", "completed", "failed", "cancelled", "lost"];

type Sort = NonNullable<RunFilter["sort"]>;

/** Ways to sort, as people choose them. */
export const SORTS: readonly { value: string; label: string; sort: Sort; descending: boolean }[] = [
  { value: "newest", label: "Newest first", sort: "created", descending: true },
  { value: "oldest", label: "Oldest first", sort: "created", descending: false },
  { value: "ended", label: "Ended last first", sort: "ended", descending: true },
  { value: "name", label: "By name", sort: "name", descending: false },
  { value: "state", label: "By state", sort: "state", descending: false },
];

/** What the address says of the list. */
export interface RunsView {
  states: State[];
  text: string;
  tag: string;
  sort: string;
  /** Runs that are ticked, to be compared. */
  chosen: string[];
}

const isState = (text: string): text is State => (STATES as readonly string[]).includes(text);

/** From an address, whatever it says: what is none of ours is left out. */
export function viewOf(params: URLSearchParams): RunsView {
  const sort = params.get("sort") ?? "";
  return {
    states: [...new Set(params.getAll("state").filter(isState))],
    text: (params.get("q") ?? "").slice(0, 200),
    tag: (params.get("tag") ?? "").slice(0, 50),
    sort: SORTS.some(({ value }) => value === sort) ? sort : "newest",
    chosen: [...new Set(params.getAll("pick").filter((id) => /^[0-9a-f]{16}$/.test(id)))].slice(0, 2),
  };
}

/** The other way round; what is as usual is not written. */
export function paramsOf({ states, text, tag, sort, chosen }: RunsView): URLSearchParams {
  const params = new URLSearchParams();
  for (const state of states) params.append("state", state);
  if (text) params.set("q", text);
  if (tag) params.set("tag", tag);
  if (sort !== "newest") params.set("sort", sort);
  for (const id of chosen) params.append("pick", id);
  return params;
}

/** For the service. */
export function filterOf({ states, text, tag, sort }: RunsView): RunFilter {
  const order = SORTS.find(({ value }) => value === sort);
  return { ...(states.length && { states }), text, tag, sort: order?.sort ?? "created", descending: order?.descending ?? true };
}

export const isNarrowed = ({ states, text, tag }: RunsView): boolean => states.length > 0 || text !== "" || tag !== "";

/** What the list shows, and how to change it: kept in the address, so that it can be kept, shared and gone back to. */
export function useRunsView(): [RunsView, (changes: Partial<RunsView>) => void] {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => viewOf(params), [params]);
  const change = useCallback(
    (changes: Partial<RunsView>) => {
      // What the address says now, not what was drawn last: two changes may come close together.
      const now = viewOf(new URLSearchParams(location.search));
      setParams(paramsOf({ ...now, ...changes }), { replace: true, preventScrollReset: true });
    },
    [setParams],
  );
  return [view, change];
}
