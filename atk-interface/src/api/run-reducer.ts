import type { Progress, RunDetails, StageFunnel } from "@/api/schema";

/** What the service says of a run while it is watched; docs/api/README.md has the table. */
export type RunEvent =
  | { kind: "snapshot"; data: RunDetails }
  | { kind: "state"; data: Pick<RunDetails, "state" | "stopping" | "message" | "ended" | "name"> }
  | { kind: "progress"; data: Partial<Progress> & { stage: string } }
  | { kind: "stage-started"; data: { stage: string; total: number | null } }
  | { kind: "stage-finished"; data: StageFunnel }
  | { kind: "note"; data: { text: string } }
  | { kind: "run-started" | "run-ended"; data: unknown };

const NOTHING_YET: Progress = {
  stage: "",
  message: "",
  done: 0,
  total: null,
  steps: [],
  calls: 0,
  reused: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost: 0,
  records_per_second: 0,
  concurrency: 0,
  troubles: {},
  eta_seconds: null,
};

/** The run after an event. Nothing is reckoned here: every figure is one that the service has said. */
export function reduceRun(run: RunDetails | undefined, event: RunEvent): RunDetails | undefined {
  if (event.kind === "snapshot") return event.data;
  if (!run) return undefined; // nothing can be added to what is not known; a snapshot comes
  switch (event.kind) {
    case "state":
      return { ...run, ...event.data };
    case "progress":
      return { ...run, progress: { ...(run.progress ?? NOTHING_YET), ...event.data } };
    case "stage-started": {
      const { stage, total } = event.data;
      return { ...run, progress: { ...(run.progress ?? NOTHING_YET), stage, total, done: 0, steps: [], eta_seconds: null, records_per_second: 0, message: "" } };
    }
    case "stage-finished":
      return { ...run, stages: [...run.stages.filter(({ name }) => name !== event.data.name), event.data] };
    case "note":
      return { ...run, notes: [...run.notes, event.data.text] };
    case "run-started":
      return { ...run, stages: [], notes: [], progress: NOTHING_YET };
    case "run-ended":
      return run;
  }
}
