import { useCallback, useEffect, useState } from "react";
import type { Reveal } from "@/components/editor/types";
import type { Target } from "@/features/configs/form/form-context";

const UNREACHED_MS = 200;

/** Which setting is worked on, and on which side. */
export interface Here {
  readonly key: string;
  readonly side: "form" | "text";
}

/** Keeps form and text on the same setting: each shows where the other is. */
export function useReveal() {
  const [here, setHere] = useState<Here>({ key: "", side: "form" });
  const [reveal, setReveal] = useState<Reveal | null>(null);
  const [target, setTarget] = useState<Target | null>(null);
  const onReached = useCallback(() => setTarget(null), []);
  useEffect(() => {
    if (!target) return;
    // Not every key has a field of its own: then the one around it will do.
    const timer = setTimeout(() => {
      const around = target.key.split(".").slice(0, -1).join(".");
      setTarget(around ? { key: around } : null);
    }, UNREACHED_MS);
    return () => clearTimeout(timer);
  }, [target]);
  return { here, setHere, reveal, setReveal, target, setTarget, onReached };
}
