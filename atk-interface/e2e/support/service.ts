import { closeSync, existsSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "../../src/api/schema";
import { freePort } from "./free-port";
import { killAllWith, pidsWith, ProcessGroup } from "./process-group";
import { Project, REPOSITORY } from "./project";

export type Program = "api.py" | "worker.py";
export type Run = components["schemas"]["RunDetails"];
type State = components["schemas"]["State"];
type StartRun = components["schemas"]["StartRun"];

const ENDED: State[] = ["paused", "completed", "failed", "cancelled", "lost"];
const READY_SECONDS = 60;

/** The real service and a real worker over a project of the test's own. They may be killed and started again. */
export class Service {
  readonly project = new Project();
  /** The API, typed as in src/api. */
  readonly api: Client<paths>;
  readonly #log = openSync(join(this.project.state, "processes.log"), "a");
  readonly #running = new Map<Program, ProcessGroup>();
  readonly #variables: Record<string, string>;
  readonly url: string;
  #wasEnded = false;

  private constructor(port: number, variables: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#variables = { ATK_ROOT: this.project.root, ATK_STATE_DIR: this.project.state, ATK_PORT: String(port), ...variables };
    const token = variables["ATK_TOKEN"];
    this.api = createClient<paths>({ baseUrl: this.url, headers: token ? { authorization: `Bearer ${token}` } : {} });
  }

  static async started(variables: Record<string, string> = {}): Promise<Service> {
    const service = new Service(await freePort(), variables);
    try {
      await service.start();
    } catch (error) {
      await service.end();
      throw error;
    }
    return service;
  }

  /** Starts what is not running, on the same port as ever, and waits until it answers. */
  async start(...programs: Program[]): Promise<void> {
    for (const program of programs.length > 0 ? programs : (["api.py", "worker.py"] as const)) {
      if (this.#running.get(program)?.isAlive) continue;
      this.#running.set(program, new ProcessGroup({ command: python(), arguments: [join(REPOSITORY, program)], folder: this.project.root, environment: this.#environment(), log: this.#log }));
    }
    await this.#ready();
  }

  /** SIGKILL, as when memory or power runs out. */
  async kill(program: Program): Promise<void> {
    await this.#end(program, "SIGKILL");
  }

  /** SIGTERM, as when the machine is shut down: runs of a worker go back to the queue. */
  async stop(program: Program): Promise<void> {
    await this.#end(program, "SIGTERM");
  }

  /** Starts a run and says its id: `{ config: "poems.yaml" }`, or `{ pipeline: "debug-pipeline", overrides: {...} }`. */
  async startRun(run: Partial<StartRun>): Promise<string> {
    const { data, error } = await this.api.POST("/api/runs", { body: { config: "", name: "", pipeline: "", ...run } });
    if (data === undefined) throw new Error(`The run was not started: ${JSON.stringify(error)}`);
    return data.id;
  }

  /** The run, once it is in one of these states; any ended one when none is named. */
  async waitForRun(id: string, states: State[] = ENDED, seconds = 40): Promise<Run> {
    const until = Date.now() + seconds * 1000;
    for (;;) {
      const { data, error } = await this.api.GET("/api/runs/{run_id}", { params: { path: { run_id: id } } });
      if (data === undefined) throw new Error(`There is no run ${id}: ${JSON.stringify(error)}`);
      if (states.includes(data.state)) return data;
      if (Date.now() > until) throw new Error(`Run ${id} is ${data.state} (${data.message}), not ${states.join(" or ")}, after ${seconds} s.\n${this.said()}`);
      await sleep(100);
    }
  }

  /** Whether service and worker are the ones that were started at first. */
  get isUnbroken(): boolean {
    return !this.#wasEnded && this.#running.size === 2 && [...this.#running.values()].every((group) => group.isAlive);
  }

  /** Makes the project's files what they were at first, and forgets what was printed. */
  tidy(): void {
    this.project.fill();
    ftruncateSync(this.#log);
  }

  /** What service and worker have printed. */
  said(): string {
    return readFileSync(join(this.project.state, "processes.log"), "utf8");
  }

  /** Service, worker, and all that they have started. */
  pids(): number[] {
    return pidsWith(this.#mark);
  }

  /** Ends all processes and removes the project. */
  async end(): Promise<void> {
    for (const program of this.#running.keys()) await this.kill(program);
    killAllWith(this.#mark);
    closeSync(this.#log);
    this.project.remove();
  }

  get #mark(): string {
    return `ATK_STATE_DIR=${this.project.state}`;
  }

  #environment(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("ATK_"));
    return { ...Object.fromEntries(own), ...this.#variables };
  }

  async #end(program: Program, signal: NodeJS.Signals): Promise<void> {
    const group = this.#running.get(program);
    this.#wasEnded = true;
    this.#running.delete(program);
    group?.signal(signal);
    await group?.ended;
  }

  async #ready(): Promise<void> {
    const path = this.#running.has("worker.py") ? "/api/ready" : "/api/health";
    const until = Date.now() + READY_SECONDS * 1000;
    while (this.#running.has("api.py") && !(await answers(this.url + path))) {
      const dead = [...this.#running].find(([, group]) => !group.isAlive);
      if (dead || Date.now() > until) throw new Error(`${dead ? `${dead[0]} has ended` : `${path} does not answer`}. It said:\n${this.said().slice(-4000)}`);
      await sleep(50);
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** What runs the service. */
export function python(): string {
  const path = process.env["SERVICE_PYTHON"] ?? join(REPOSITORY, ".venv", "bin", "python");
  if (!existsSync(path)) throw new Error(`No Python at ${path}: run ./start.sh setup, or set SERVICE_PYTHON to one that has the packages of requirements.txt.`);
  return path;
}
