import { test as base, expect } from "@playwright/test";
import { Lending } from "./lending";
import type { Service } from "./service";
import { Trouble } from "./trouble";

interface Fixtures {
  /** Settings of the service, `test.use({ variables: { ATK_RUNS_AT_ONCE: "2" } })`. */
  variables: Record<string, string>;
  /** A service, a worker and a project, all as new, which this test has to itself. The pages that it serves are what was built last. */
  service: Service;
  /** Fails the test that leaves console errors, uncaught errors or requests to other machines behind. */
  trouble: Trouble;
}

export const test = base.extend<Fixtures, { lending: Lending }>({
  variables: [{}, { option: true }],
  lending: [
    async ({ browser: _ }, use) => {
      const lending = new Lending();
      await use(lending);
      await lending.end();
    },
    { scope: "worker" },
  ],
  service: async ({ lending, variables }, use, info) => {
    const service = await lending.borrow(variables);
    await use(service);
    const isWell = info.status === info.expectedStatus;
    if (!isWell) await info.attach("service and worker", { body: service.said(), contentType: "text/plain" });
    await (isWell ? lending.takeBack(service, variables) : service.end());
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
