import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduceRun, type RunEvent } from "@/api/run-reducer";
import { lostOf } from "@/api/run-figures";
import type { RunDetails, StepFunnel } from "@/api/schema";
import { funnelOf, type FunnelStage } from "@/components/funnel/funnel-model";

const step = (name: string, entered: number, kept: number, more: Partial<StepFunnel> = {}): StepFunnel => ({ name, in: entered, kept, made: kept, dropped: {}, failed: {}, ...more });
const base: Parameters<typeof funnelOf>[0] = { state: "running", pipeline: "example-pipeline", stages: [], progress: null };
const working = { stage: "", message: "", done: 0, total: null, steps: [], calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0, records_per_second: 0, concurrency: 0 };

describe("funnelOf", () => {
  it("gives true shares, and widths relative to the busiest step", () => {
    const stages = [{ name: "questions", records_in: 20, records_out: 50, seconds: 1, steps: [step("split", 20, 15, { dropped: { "no pairs": 5 }, made: 50 }), step("check", 50, 40, { dropped: { a: 2, b: 3 }, failed: { c: 5 } })] }];
    const [first, second] = funnelOf({ ...base, stages })[0]!.steps;
    expect(first).toMatchObject({ width: 0.4, shares: { kept: 0.75, dropped: 0.25, failed: 0, atWork: 0 } });
    expect(second).toMatchObject({ width: 1, shares: { kept: 0.8, dropped: 0.1, failed: 0.1 } });
    expect(second!.dropped.map(({ text }) => text)).toEqual(["b", "a"]);
  });

  it("puts the stage at work behind those that are done, and tells how much is being worked on", () => {
    const stages = [{ name: "chunks", records_in: 1, records_out: 9, seconds: 1, steps: [] }];
    const progress = { ...working, stage: "questions", done: 4, total: 9, steps: [step("ask", 9, 4)] };
    const funnel = funnelOf({ ...base, stages, progress });
    expect(funnel.map(({ name, state }) => [name, state])).toEqual([["chunks", "done"], ["questions", "active"]]);
    expect(funnel[1]!.steps[0]!.figures).toMatchObject({ entered: 9, kept: 4, atWork: 5 });
  });

  it("has a stage once, when it is finished and the progress is still that of it", () => {
    const stages = [{ name: "chunks", records_in: 1, records_out: 9, seconds: 1, steps: [] }];
    expect(funnelOf({ ...base, stages, progress: { ...working, stage: "chunks" } })).toHaveLength(1);
  });

  it("says where a run stopped that does not go on", () => {
    expect(funnelOf({ ...base, state: "failed", progress: { ...working, stage: "questions" } })[0]?.state).toBe("stopped");
  });

  it("keeps the order of a composed pipeline, and knows its parts", () => {
    const names = ["rows of a: b", "sample/questions: openended", "sample/questions: unique", "joined"];
    const stages = names.map((name) => ({ name, records_in: 1, records_out: 1, seconds: 0, steps: [] }));
    expect(funnelOf({ ...base, stages }).map(({ part, title }) => [part, title])).toEqual([["rows of a", "b"], ["sample/questions", "openended"], ["sample/questions", "unique"], ["", "joined"]]);
  });

  it("shows the planned steps before anything is known, and no datasets among them", () => {
    const plan = [
      { kind: "map", stage: "poems", steps: ["poem"] },
      { kind: "write", stage: "poems", steps: [] },
    ];
    const funnel = funnelOf(base, plan);
    expect(funnel.map(({ name, state, steps }) => [name, state, steps[0]?.figures])).toEqual([["poems", "waiting", null]]);
    expect(funnelOf({ ...base, state: "completed" }, plan)).toEqual([]);
  });

  it("takes per cents of a loop for no stage of records", () => {
    expect(funnelOf({ ...base, progress: { ...working, stage: "example-pipeline", done: 30, total: 100 } })).toEqual([]);
  });
});

const counts = fc.dictionary(fc.string({ maxLength: 5 }), fc.nat(1e9), { maxKeys: 3 });
const anyStep = fc.record({ name: fc.string(), in: fc.nat(1e9), kept: fc.nat(1e9), made: fc.nat(1e9), dropped: counts, failed: counts });
const name = fc.constantFrom("chunks", "part: questions", "example-pipeline", "");
const stamp = { n: fc.nat(), t: fc.double({ min: 0, max: 2e9, noNaN: true }) };
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ kind: fc.constant("progress" as const), data: fc.record({ ...stamp, stage: name, done: fc.nat(), total: fc.option(fc.nat()), steps: fc.array(anyStep, { maxLength: 3 }) }, { requiredKeys: ["n", "t", "stage"] }) }),
  fc.record({ kind: fc.constant("stage-started" as const), data: fc.record({ ...stamp, stage: name, total: fc.option(fc.nat()) }) }),
  fc.record({ kind: fc.constant("stage-finished" as const), data: fc.record({ ...stamp, name, records_in: fc.nat(), records_out: fc.nat(), seconds: fc.nat(), steps: fc.array(anyStep, { maxLength: 3 }) }) }),
  fc.record({ kind: fc.constant("note" as const), data: fc.record({ ...stamp, text: fc.string() }) }),
  fc.record({ kind: fc.constantFrom("run-started" as const, "run-ended" as const), data: fc.record(stamp) }),
  fc.record({ kind: fc.constant("state" as const), data: fc.record({ state: fc.constantFrom("running" as const, "failed" as const, "completed" as const), stopping: fc.constant(""), message: fc.string(), ended: fc.nat(), name: fc.string() }) }),
);

const begun: RunDetails = { ...base, id: "", stopping: "", name: "", folder: "", config_file: "", tags: [], message: "", created: 0, started: 0, ended: 0, figures: { rows: 0, calls: 0, reused: 0, input_tokens: 0, output_tokens: 0, cost: 0, failed: 0, dropped: 0, seconds: 0 }, config: {}, notes: [], offline: false, command: "" };

const soundIn = (stages: readonly FunnelStage[]): boolean =>
  stages.every(({ steps, ...stage }) => {
    const shares = steps.flatMap((each) => [each.shares.kept, each.shares.dropped, each.shares.failed, each.shares.atWork, each.width]);
    const sums = steps.map(({ shares: { kept, dropped, failed, atWork } }) => kept + dropped + failed + atWork);
    const figures = [stage.done, stage.recordsIn, stage.recordsOut, stage.dropped, stage.failed, ...steps.flatMap((each) => (each.figures ? Object.values<number>(each.figures) : []))];
    return shares.every((share) => share >= 0 && share <= 1) && sums.every((sum) => sum <= 1 + 1e-9) && figures.every((figure) => Number.isFinite(figure) && figure >= 0);
  });

it("never shows a share below nothing or above the whole, whatever is heard in whatever order", () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      const run = events.reduce<RunDetails | undefined>(reduceRun, begun)!;
      expect(soundIn(funnelOf({ ...run, progress: run.progress ?? null }))).toBe(true);
      expect(Number.isFinite(lostOf(run, "dropped")) && lostOf(run, "failed") >= 0).toBe(true);
    }),
  );
});
