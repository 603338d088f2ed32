import { furnish, type Furnished } from "./furnish";
import { Service } from "./service";
import { expect, test as base } from "./test";

interface Shared {
  /** One furnished service for all tests of a worker, which look and leave everything as it is. */
  furnished: { service: Service; there: Furnished };
}

/** For tests that only look: they share a service in which something has happened, since furnishing one takes seconds. */
export const test = base.extend<{ there: Furnished }, Shared>({
  furnished: [
    async ({ browser: _ }, use) => {
      const service = await Service.started();
      try {
        await use({ service, there: await furnish(service) });
      } finally {
        await service.end();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
  service: async ({ furnished }, use) => use(furnished.service),
  there: async ({ furnished }, use) => use(furnished.there),
});

export { expect };
