import { describe, expect, it } from "vitest";
import { reduceRun, type RunEvent } from "@/api/run-reducer";
import type { Progress, RunDetails, StageFunnel } from "@/api/schema";

const progress: Progress = { stage: "questions", message: "", done: 5, total: 10, steps: [], calls: 40, reused: 2, input_tokens: 900, output_tokens: 100, cost: 0.5, records_per_second: 2, concurrency: 8, troubles: { "429": 1 }, eta_seconds: 2.5 };
const stage = (name: string, out = 3): StageFunnel => ({ name, records_in: 4, records_out: out, seconds: 1, steps: [] });

const run: RunDetails = {
  id: "0123456789abcdef",
  state: "running",
  stopping: "",
  name: "poems",
  pipeline: "example-pipeline",
  folder: "outputs/poems",
  config_file: "",
  tags: [],
  message: "",
  created: 1,
  started: 2,
  ended: 0,
  exit_code: null,
  figures: { rows: 0, calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0, failed: 0, dropped: 0, seconds: 0 },
  progress,
  config: {},
  stages: [stage("chunks")],
  notes: ["skipped a.pdf"],
  offline: false,
  command: "",
};

const after = (...events: RunEvent[]): RunDetails => {
  const result = events.reduce<RunDetails | undefined>(reduceRun, run);
  if (!result) throw new Error("the run is gone");
  return result;
};
const at = { n: 9, t: 100 };

describe("reduceRun", () => {
  it("takes a snapshot as it is, also in place of another run", () => {
    expect(reduceRun(undefined, { kind: "snapshot", data: run })).toBe(run);
    expect(after({ kind: "snapshot", data: { ...run, name: "other" } }).name).toBe("other");
  });

  it("knows nothing before the first snapshot", () => {
    expect(reduceRun(undefined, { kind: "note", data: { ...at, text: "hello" } })).toBeUndefined();
  });

  it("changes the state and nothing else with it", () => {
    const changed = after({ kind: "state", data: { state: "failed", stopping: "", message: "no key", ended: 7, name: "poems" } });
    expect(changed).toMatchObject({ state: "failed", message: "no key", ended: 7, progress, stages: run.stages });
  });

  it("keeps what a pipeline that loops by itself does not say", () => {
    const changed = after({ kind: "progress", data: { ...at, stage: "example-pipeline", done: 30, total: 100 } });
    expect(changed.progress).toMatchObject({ stage: "example-pipeline", done: 30, total: 100, cost: 0.5, calls: 40 });
  });

  it("begins a stage at nothing, but keeps what was spent", () => {
    const changed = after({ kind: "stage-started", data: { ...at, stage: "facts", total: null } });
    expect(changed.progress).toMatchObject({ stage: "facts", total: null, done: 0, steps: [], eta_seconds: null, records_per_second: 0, cost: 0.5, input_tokens: 900 });
  });

  it("keeps a stage in its place when it is heard of twice", () => {
    const changed = after({ kind: "stage-finished", data: { ...at, ...stage("questions") } }, { kind: "stage-finished", data: { ...at, ...stage("chunks", 9) } });
    expect(changed.stages.map(({ name, records_out }) => [name, records_out])).toEqual([["chunks", 9], ["questions", 3]]);
  });

  it("has each note once", () => {
    const note: RunEvent = { kind: "note", data: { ...at, text: "skipped b.pdf" } };
    expect(after(note, note).notes).toEqual(["skipped a.pdf", "skipped b.pdf"]);
  });

  it("forgets the funnel of the try before, not the money, when a run is resumed", () => {
    const changed = after({ kind: "run-started", data: at });
    expect(changed.stages).toEqual([]);
    expect(changed.notes).toEqual([]);
    expect(changed.progress).toMatchObject({ stage: "", done: 0, cost: 0.5, troubles: {} });
  });

  it("stays as it is when the run ends: its state says how", () => {
    expect(after({ kind: "run-ended", data: at })).toBe(run);
  });
});
