import { useEffect } from "react";

/** The browser asks before the tab is closed: what is not sent yet would stay here. */
export function useWarnBeforeLeaving(underWay: boolean): void {
  useEffect(() => {
    if (!underWay) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [underWay]);
}
