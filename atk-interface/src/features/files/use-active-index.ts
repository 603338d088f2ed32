import { useState } from "react";
import { useLocation } from "react-router";
import type { Entry } from "@/api/schema";
import type { FolderPlace } from "@/features/files/folder-place";

/** Which row the keyboard is at: the one that was come from, or none; each folder starts anew. */
export function useActiveIndex(place: FolderPlace, entries: readonly Entry[]): [number, (index: number) => void] {
  const { state } = useLocation() as { state: { from?: string } | null };
  const [at, setAt] = useState({ path: place.path, index: -1 });
  const name = place.file || (state?.from ?? "");
  const index = at.path === place.path && at.index >= 0 ? at.index : name ? entries.findIndex((entry) => entry.name === name) : -1;
  return [index, (next) => setAt({ path: place.path, index: next })];
}
