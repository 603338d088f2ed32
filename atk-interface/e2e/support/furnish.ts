import type { Service } from "./service";
import { writeTraining } from "./trained";

/** A project in which something has happened: what pages show when they have something to show. */
export interface Furnished {
  /** A finished run of the questions-and-answers pipeline over the sample documents. */
  run: string;
  /** A finished run in which some records failed. */
  failing: string;
  /** Two runs of one config that differ in a setting. */
  twins: [string, string];
  /** A dataset of the first run, below its folder. */
  dataset: string;
  /** Below configs/. */
  config: string;
  /** A finished training. */
  training: string;
  /** The runs of two evaluations. */
  evaluations: [string, string];
  /** A conversation whose answer was rated down. */
  chat: string;
}

/** Runs what the demo runs, and three small ones beside it; trainings are only written down. Takes some seconds. */
export async function furnish(service: Service): Promise<Furnished> {
  writeTraining(service.project);
  writeTraining(service.project, { name: "reef", right: [0.5, 0.38, 0.62] });
  const chat = await badlyAnswered(service);
  const config = "letters/harbour.yaml";
  const { error } = await service.api.POST("/api/configs/new", { body: { path: config, pipeline: "factual-gen-indiv-pipeline" } });
  if (error) throw new Error(`No config: ${JSON.stringify(error)}`);
  // Queued one behind the other, so that none waits for somebody to ask for it.
  const run = await service.startRun({ pipeline: "factual-gen-indiv-pipeline", name: "Harbour questions", tags: ["demo"], overrides: { output_dir: "outputs/demo" } });
  const failing = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/stumbling", records: "40", seconds: "1", failing_records: "6" } });
  const one = await service.startRun({ config: "poems.yaml", name: "Poems, three" });
  const other = await service.startRun({ config: "poems.yaml", name: "Poems, six", overrides: { output_dir: "outputs/more-poems", limit: "6" } });
  for (const id of [run, failing, one, other]) await service.waitForRun(id, ["completed"], 120);
  const { data } = await service.api.GET("/api/datasets", { params: { query: { run } } });
  const dataset = data?.items[0]?.file;
  if (!dataset) throw new Error("The first run has left no dataset.");
  const training = await runIn(service, "outputs/train/lamp");
  const evaluations: Furnished["evaluations"] = [await runIn(service, "outputs/train/lamp-evaluate"), await runIn(service, "outputs/train/reef-evaluate")];
  return { run, failing, twins: [one, other], dataset, config, training, evaluations, chat };
}

/** The run that was found in a folder. */
async function runIn({ api }: Service, folder: string): Promise<string> {
  const { data } = await api.GET("/api/runs", { params: { query: { limit: 100 } } });
  const found = data?.items.find((run) => run.folder === folder);
  if (!found) throw new Error(`No run was found in ${folder}.`);
  return found.id;
}

async function badlyAnswered({ api }: Service): Promise<string> {
  const said = { thinking: "", lane: 0, created: 1_760_000_000, finish: "stop", problem: "" };
  const messages = [
    { ...said, role: "user" as const, content: "Who kept the lamp in 1871?", model: "" },
    { ...said, role: "assistant" as const, content: "Nobody did.", model: "lamp" },
  ];
  const id = "0".repeat(31) + "1";
  const kept = await api.PUT("/api/chats/{chat_id}", { params: { path: { chat_id: id } }, body: { title: "", targets: [{ kind: "offline" }], sampling: {}, messages } });
  const rated = await api.POST("/api/chats/{chat_id}/messages/{number}/rating", { params: { path: { chat_id: id, number: 1 } }, body: { rating: "down", note: "The keeper was Marit Solheim." } });
  if (kept.error ?? rated.error) throw new Error(`No correction: ${JSON.stringify(kept.error ?? rated.error)}`);
  return id;
}

