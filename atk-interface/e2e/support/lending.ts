import { Service } from "./service";

const MOST_RUNS = 200; // of one answer

/** Lends services to the tests of one worker, one after the other: what can be made as new again is lent again. */
export class Lending {
  readonly #spare = new Map<string, Service>();

  async borrow(variables: Record<string, string>): Promise<Service> {
    const name = JSON.stringify(variables);
    const spare = this.#spare.get(name);
    this.#spare.delete(name);
    return spare ?? Service.started(variables);
  }

  async takeBack(service: Service, variables: Record<string, string>): Promise<void> {
    await this.end(); // one at a time: each takes memory and a little time
    if (await isAsNew(service).catch(() => false)) this.#spare.set(JSON.stringify(variables), service);
    else await service.end();
  }

  async end(): Promise<void> {
    for (const service of this.#spare.values()) await service.end();
    this.#spare.clear();
  }
}

/** Clears up after a test. False where something is left: a process that was ended, a secret, a run that does not go. */
async function isAsNew(service: Service): Promise<boolean> {
  if (!service.isUnbroken) return false;
  const [secrets, providers, runs] = await Promise.all([service.api.GET("/api/settings/secrets"), service.api.GET("/api/settings/providers"), service.api.GET("/api/runs", { params: { query: { limit: MOST_RUNS } } })]);
  if (secrets.data?.items.length !== 0 || providers.data?.items.some((provider) => !provider.built_in) !== false || (runs.data?.total ?? Infinity) > MOST_RUNS) return false;
  for (const { id } of runs.data?.items ?? []) if (!(await isDeleted(service, id))) return false;
  if (!(await forgetsTalk(service))) return false;
  service.tidy();
  return service.isUnbroken;
}

/** Conversations and corrections lie with the service's state, and a new conversation begins with the models of the last. */
async function forgetsTalk({ api }: Service): Promise<boolean> {
  const [chats, corrections] = await Promise.all([api.GET("/api/chats"), api.GET("/api/corrections")]);
  if (chats.data?.next || corrections.data?.next) return false; // more than one page of them
  for (const { id } of chats.data?.items ?? []) await api.DELETE("/api/chats/{chat_id}", { params: { path: { chat_id: id } } });
  for (const { id } of corrections.data?.items ?? []) await api.DELETE("/api/corrections/{correction_id}", { params: { path: { correction_id: id } } });
  return chats.response.ok && corrections.response.ok;
}

async function isDeleted(service: Service, id: string): Promise<boolean> {
  const params = { path: { run_id: id } };
  await service.api.POST("/api/runs/{run_id}/cancel", { params }); // refused when it has ended
  await service.waitForRun(id);
  return (await service.api.DELETE("/api/runs/{run_id}", { params: { ...params, query: { files: true } } })).response.ok;
}
