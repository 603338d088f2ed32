import { expect, it } from "vitest";
import type { ModelEntry, Run, Served } from "@/api/schema";
import { targetGroups } from "@/features/chat/targets/target-options";

const run = { id: "0123456789abcdef", name: "server", state: "running" } as Run;
const server = (paths: string[], models: string[], answers = true): Served => ({ run, url: "http://127.0.0.1:8101/v1", models, paths, answers });
const model = (path: string) => ({ path, name: path }) as ModelEntry;
const labels = (...known: Parameters<typeof targetGroups>) => Object.fromEntries(targetGroups(...known).map(({ name, options }) => [name, options.map(({ label }) => label)]));

it("offers each model of the project once: at its server, or as one that is not served yet", () => {
  const servers = [server(["outputs/train/lamp/model"], ["lamp"], false)];
  const models = [model("outputs/train/lamp/model"), model("outputs/train/reef/model")];
  const found = labels({ servers, models, providers: [] }, { kind: "offline" });
  expect(found["On this machine"]).toEqual(["lamp (does not answer)"]);
  expect(found["Models here, not served yet"]).toEqual(["reef"]);
});

it("keeps what was chosen, although nobody has it any more", () => {
  const found = labels({ servers: [], models: [], providers: [] }, { kind: "model", path: "outputs/train/gone/model" });
  expect(found["Chosen"]).toEqual(["gone"]);
});
