import type { Progress, RunDetails, StageFunnel } from "@/api/schema";

/** Where a numbered event stands in the run's history. */
export interface Stamp {
  n: number;
  /** Seconds since 1970. */
  t: number;
}

/** What the service says of a run while it is watched; docs/api/README.md has the table. */
export type RunEvent =
  | { kind: "snapshot"; data: RunDetails }
  | { kind: "state"; data: Pick<RunDetails, "state" | "stopping" | "message" | "ended" | "name"> }
  | { kind: "progress"; data: Stamp & Partial<Progress> & { stage: string } }
  | { kind: "stage-started"; data: Stamp & { stage: string; total: number | null } }
  | { kind: "stage-finished"; data: Stamp & StageFunnel }
  | { kind: "note"; data: Stamp & { text: string } }
  | { kind: "run-started" | "run-ended"; data: Stamp };

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
    case "stage-started":
      return { ...run, progress: { ...atBeginning(run), stage: event.data.stage, total: event.data.total } };
    case "stage-finished":
      return { ...run, stages: withStage(run.stages, event.data) };
    case "note":
      return run.notes.includes(event.data.text) ? run : { ...run, notes: [...run.notes, event.data.text] };
    case "run-started":
      return { ...run, stages: [], notes: [], progress: { ...atBeginning(run), troubles: {} } };
    case "run-ended":
      return run;
  }
}

/** A new stage begins at nothing; what was spent is counted over the folder's whole life, and stays. */
const atBeginning = ({ progress }: RunDetails): Progress => ({
  ...(progress ?? NOTHING_YET),
  stage: "",
  message: "",
  done: 0,
  total: null,
  steps: [],
  eta_seconds: null,
  records_per_second: 0,
});

/** A stage that is heard of twice, because the connection was broken, keeps its place. */
function withStage(stages: StageFunnel[], stage: StageFunnel): StageFunnel[] {
  const known = stages.some(({ name }) => name === stage.name);
  return known ? stages.map((each) => (each.name === stage.name ? stage : each)) : [...stages, stage];
}
