import type { Service } from "./service";

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
}

/** Runs what the demo runs, and three small ones beside it. Takes some seconds. */
export async function furnish(service: Service): Promise<Furnished> {
  const config = "letters/harbour.yaml";
  const { error } = await service.api.POST("/api/configs/new", { body: { path: config, pipeline: "factual-gen-indiv-pipeline" } });
  if (error) throw new Error(`No config: ${JSON.stringify(error)}`);
  const run = await finished(service, { pipeline: "factual-gen-indiv-pipeline", name: "Harbour questions", tags: ["demo"], overrides: { output_dir: "outputs/demo" } });
  const failing = await finished(service, { pipeline: "debug-pipeline", overrides: { output_dir: "outputs/stumbling", records: "40", seconds: "1", failing_records: "6" } });
  const one = await finished(service, { config: "poems.yaml", name: "Poems, three" });
  const other = await finished(service, { config: "poems.yaml", name: "Poems, six", overrides: { output_dir: "outputs/more-poems", limit: "6" } });
  const { data } = await service.api.GET("/api/datasets", { params: { query: { run } } });
  const dataset = data?.items[0]?.file;
  if (!dataset) throw new Error("The first run has left no dataset.");
  return { run, failing, twins: [one, other], dataset, config };
}

async function finished(service: Service, run: Parameters<Service["startRun"]>[0]): Promise<string> {
  const id = await service.startRun(run);
  await service.waitForRun(id, ["completed"], 120);
  return id;
}
