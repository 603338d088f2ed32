import { useState } from "react";
import { useNavigate } from "react-router";
import type { Run } from "@/api/schema";
import { useShortcuts } from "@/lib/shortcuts";

/** Go through the list by keyboard. The answer is the run that the keys are at. */
export function useListKeys(runs: readonly Run[]): string | undefined {
  const [current, setCurrent] = useState<string>();
  const navigate = useNavigate();

  const move = (by: number) => {
    const from = runs.findIndex(({ id }) => id === current);
    const next = runs[from < 0 ? 0 : Math.max(0, Math.min(runs.length - 1, from + by))];
    if (!next) return;
    setCurrent(next.id);
    const row = document.getElementById(`run-${next.id}`);
    row?.scrollIntoView({ block: "nearest" });
    // The link itself, so that screen readers say it and Enter opens it.
    row?.querySelector("a")?.focus({ preventScroll: true });
  };

  useShortcuts("Runs", [
    { keys: "j", label: "Next run", run: () => move(1) },
    { keys: "k", label: "Previous run", run: () => move(-1) },
    { keys: "o", label: "Open the run", run: () => current && void navigate(`/runs/${current}`) },
    { keys: "/", label: "Find a run", run: () => document.getElementById("runs-search")?.focus() },
  ]);
  return current;
}
