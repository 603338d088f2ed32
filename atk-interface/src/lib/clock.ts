import { useSyncExternalStore } from "react";

/** One timer for all that shows how long ago something was; it stands still while nobody looks. */
let now = Math.floor(Date.now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Math.floor(Date.now() / 1000);
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time in seconds since 1970; the component draws itself anew each second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
