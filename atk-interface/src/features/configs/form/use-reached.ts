import { useEffect, useRef, type RefObject } from "react";
import { useForm } from "./form-context";

/** Brings the field into sight and puts the focus into it when somebody wants to go there; follows the editor's cursor. */
export function useReached<Element extends HTMLElement>(key: string): RefObject<Element | null> {
  const { target, onReached, active } = useForm();
  const row = useRef<Element>(null);
  const isTarget = target?.key === key;
  useEffect(() => {
    if (!isTarget || !row.current) return;
    row.current.scrollIntoView({ block: "center" });
    const area = row.current.querySelector("[data-control]") ?? row.current;
    area.querySelector<HTMLElement>("input:checked, input:not([type=radio]), select, textarea, button")?.focus({ preventScroll: true });
    onReached();
  }, [isTarget, onReached]);

  const isActive = active === key;
  useEffect(() => {
    if (isActive && !row.current?.contains(document.activeElement)) row.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return row;
}
