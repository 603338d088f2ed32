import { test as base, expect } from "@playwright/test";
import { Service } from "./service";
import { Trouble } from "./trouble";

interface Fixtures {
  /** Settings of the service, `test.use({ variables: { ATK_RUNS_AT_ONCE: "2" } })`. */
  variables: Record<string, string>;
  /** A service, a worker and a project of this test's own. The pages that it serves are what was built last. */
  service: Service;
  /** Fails the test that leaves console errors, uncaught errors or requests to other machines behind. */
  trouble: Trouble;
}

export const test = base.extend<Fixtures>({
  variables: [{}, { option: true }],
  service: async ({ variables }, use, info) => {
    const service = await Service.started(variables);
    try {
      await use(service);
      if (info.status !== info.expectedStatus) await info.attach("service and worker", { body: service.said(), contentType: "text/plain" });
    } finally {
      await service.end();
    }
  },
  baseURL: async ({ service }, use) => use(service.url),
  trouble: async ({ context, service }, use) => {
    const trouble = new Trouble(context, service.url);
    await use(trouble);
    expect(trouble.unexpected(), "trouble that the page made beside what was tested").toEqual([]);
  },
  // Every page is watched: `trouble` is named for that alone.
  page: async ({ page, trouble: _ }, use) => use(page),
});

export { expect };
