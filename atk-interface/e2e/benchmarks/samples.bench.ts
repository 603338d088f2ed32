import type { Page } from "@playwright/test";
import { bench, expect } from "./bench";
import { answers, clickUntil, fetched } from "./in-page";
import { largeRun } from "./made-by-python";

const ROWS = 1_000_000;
const REPEATS = 7;
const ROW = "ul[aria-label=Rows] button";

bench("a dataset of a million rows", async ({ page, service, measured }) => {
  const run = await largeRun(service, ROWS, 10);
  const samples = `${service.url}/api/runs/${run}/samples?limit=50&dataset=pairs`;
  const [opened, next, first] = [[], [], []] as [number[], number[], number[]];
  const pages = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    await page.goto(`/runs/${run}?dataset=pairs`);
    const tab = page.getByRole("link", { name: /^Samples/ });
    await expect(tab).toBeVisible();
    opened.push(await clickUntil(page, `a[href$="/samples"]`, ROW));
    first.push(await fetched(samples));
    await page.goto(`/runs/${run}/samples?dataset=pairs`);
    await expect(page.locator(ROW).first()).toBeVisible();
    await answers(page, "");
    next.push(await scrolledOn(page));
    pages.push(...(await answers(page, "cursor=")));
  }
  measured({ name: "samples: open the tab to the first row", unit: "ms", values: opened, beside: { name: "the service's answer", values: first } });
  measured({ name: "samples: scroll to the next page's first row", unit: "ms", values: next, beside: { name: "the service's answers", values: pages } });

  for (const [word, found] of [["4242", "4,243"], ["987654", "987,655"], ["zebra crossing", "1,000,000"]] as const) {
    const [shown, all] = [[], []] as [number[], number[]];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      await page.goto(`/runs/${run}/samples?dataset=pairs`);
      await expect(page.locator(ROW).first()).toBeVisible();
      const search = page.getByRole("searchbox", { name: "Rows that hold a text" });
      await search.fill(word);
      await answers(page, "");
      shown.push(await searched(page, found));
      all.push(...(await answers(page, "text=")));
    }
    measured({ name: `samples: filter by "${word}", to its first row (${found})`, unit: "ms", values: shown });
    measured({ name: "of these, one answer of the service", unit: "ms", values: all, goal: 300 });
  }
});

/** Milliseconds from scrolling to the end of what is there to the first row of the page that follows. */
async function scrolledOn(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const list = document.querySelector("ul[aria-label=Rows]");
    const there = () => list?.getBoundingClientRect().height ?? 0;
    const before = there();
    const begin = performance.now();
    list?.parentElement?.scrollTo(0, before);
    while (there() <= before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  });
}

/** Milliseconds from Enter in the search field to the row with that number. */
async function searched(page: Page, number: string): Promise<number> {
  return page.evaluate(async (number) => {
    const begin = performance.now();
    const field = document.querySelector('[aria-label="Rows that hold a text"]');
    field?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    const isThere = () => [...document.querySelectorAll("ul[aria-label=Rows] button .tabular-nums")].some(({ textContent }) => textContent === number);
    while (!isThere()) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begin;
  }, number);
}
