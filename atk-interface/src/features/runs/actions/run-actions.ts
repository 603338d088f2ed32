import { isActive, isResumable } from "@/api/runs";
import type { Run } from "@/api/schema";

/** What can be done with a run as it is now. */
export interface RunAbilities {
  pause: boolean;
  resume: boolean;
  /** `kill`: it has been asked to stop already; asked again, it does not wait. */
  cancel: "no" | "cleanly" | "kill";
  retryFailed: boolean;
  delete: boolean;
}

export function abilitiesOf(run: Pick<Run, "state" | "stopping" | "figures">): RunAbilities {
  const { state, stopping, figures } = run;
  const active = isActive(state);
  return {
    pause: active && stopping === "",
    resume: isResumable(state),
    cancel: !active ? "no" : stopping === "cancelled" ? "kill" : "cleanly",
    retryFailed: state === "completed" && figures.failed > 0,
    delete: !active,
  };
}
