import { loadavg } from "node:os";
import { test } from "../support/test";
import { ANNOTATION, summaryOf, type Figure } from "./figures";
import { Plain } from "./plain-pages";

interface Fixtures {
  /** Notes a figure for the table. */
  measured: (figure: Figure) => void;
  /** Pages that do next to nothing, to compare with. */
  plain: Plain;
}

/** A benchmark is a test that notes figures; it fails only when it could not measure. */
export const bench = test.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from this pattern
  measured: async ({}, use, info) => {
    await use((figure) => {
      const summary = summaryOf(figure, loadavg()[0] ?? 0);
      info.annotations.push({ type: ANNOTATION, description: JSON.stringify(summary) });
    });
  },
  plain: async ({ browser }, use) => {
    const plain = await Plain.served(browser);
    await use(plain);
    plain.end();
  },
});

export { expect } from "../support/test";
