import { describe, expect, it } from "vitest";
import { stagesOf } from "@/components/run-stages";
import type { PipelineStage, Progress, StageFunnel } from "@/api/schema";

const plan: PipelineStage[] = [
  { kind: "read", stage: "chunks", steps: [] },
  { kind: "map", stage: "questions", steps: ["judge", "write"] },
  { kind: "write", stage: "pairs", steps: [] },
  { kind: "map", stage: "conversations", steps: ["talk"] },
];
const chunks: StageFunnel = { name: "chunks", records_in: 2, records_out: 2, seconds: 1, steps: [] };
const going: Progress = {
  stage: "questions", message: "", done: 1, total: 2, steps: [], calls: 1, reused: 0, input_tokens: 0, output_tokens: 0,
  cost: 0, records_per_second: 1, concurrency: 1, troubles: {}, eta_seconds: 1,
};

const states = (run: Parameters<typeof stagesOf>[0]) => stagesOf(run, plan).map(({ name, state }) => `${name} ${state ?? ""}`);

describe("the stages of a run", () => {
  it("all wait before it has begun", () => {
    expect(states({ stages: [], progress: null, state: "queued" })).toEqual(["chunks waiting", "questions waiting", "conversations waiting"]);
  });

  it("are done, active and waiting while it goes on", () => {
    expect(states({ stages: [chunks], progress: going, state: "running" })).toEqual(["chunks done", "questions active", "conversations waiting"]);
  });

  it("do not count a finished stage as active when its last progress is still there", () => {
    expect(states({ stages: [chunks, { ...chunks, name: "questions" }], progress: going, state: "running" })).toEqual([
      "chunks done", "questions done", "conversations waiting",
    ]);
  });

  it("leave nothing waiting once it is completed", () => {
    expect(states({ stages: [chunks], progress: null, state: "completed" })).toEqual(["chunks done"]);
  });
});
