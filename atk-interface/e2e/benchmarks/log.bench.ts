import type { Page } from "@playwright/test";
import { bench, expect } from "./bench";
import { quantile } from "./figures";
import { fetched, heap, metricsOf } from "./in-page";
import { largeRun } from "./made-by-python";

const LINES = 1_000_000;
const JUMPS = 10;
const SCROLLS = 6;
const SECONDS = 10;

bench("a log of a million lines", async ({ page, service, plain, measured }) => {
  const run = await largeRun(service, 0, LINES);
  const trivial = await plain.measure("list", (list) => scrolled(list, SECONDS));

  await page.goto(`/runs/${run}/log?line=1`);
  await expect(page.locator('[data-line="0"]')).toContainText("record 0 ");
  const session = await metricsOf(page);
  const before = await heap(session);

  const [jumps, answers] = [[], []] as [number[], number[]];
  for (let jump = 0; jump < JUMPS; jump += 1) {
    jumps.push(await pressed(page, "G", `record ${LINES - 1} `));
    answers.push(await fetched(`${service.url}/api/runs/${run}/log?start=-200&count=200`));
    await pressed(page, "Home", "record 0 ");
  }
  measured({ name: "log: jump to the end", unit: "ms", values: jumps, goal: 500, beside: { name: "the service's answer", values: answers } });

  const scrolls = [];
  for (let scroll = 0; scroll < SCROLLS; scroll += 1) scrolls.push(await scrolled(page, SECONDS));
  const beside = { name: "46 plain rows", values: [quantile(trivial.frames, 0.95)] };
  measured({ name: "log: scrolling, frame, 95th percentile", unit: "ms", values: scrolls.map(({ frames }) => quantile(frames, 0.95)), goal: 50, beside });
  measured({ name: "log: scrolling, longest frame", unit: "ms", values: scrolls.map(({ frames }) => quantile(frames, 1)), beside: { name: "46 plain rows", values: [quantile(trivial.frames, 1)] } });
  measured({ name: "log: rows on the page at most", unit: "lines", values: scrolls.map(({ rows }) => rows) });
  measured({ name: `log: heap after ${SCROLLS * SECONDS} s of scrolling`, unit: "MB", values: [await heap(session)], beside: { name: "before", values: [before] } });
});

/** Milliseconds from a key to the frame after which the line that holds the text is there. */
async function pressed(page: Page, key: string, text: string): Promise<number> {
  return page.evaluate(
    async ([key, text]) => {
      const log = document.querySelector("[role=log]");
      const begin = performance.now();
      log?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      while (!log?.textContent.includes(text)) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return performance.now() - begin;
    },
    [key, text] as const,
  );
}

/** Scrolls as a fast wheel does, twelve lines a frame, and every 120th frame drags the thumb somewhere else. */
async function scrolled(page: Page, seconds: number): Promise<{ frames: number[]; rows: number }> {
  return page.evaluate(async (milliseconds) => {
    const log = document.querySelector("[role=log]");
    if (!log) throw new Error("There is no log on this page");
    const frames: number[] = [];
    let [rows, way] = [0, 1];
    let last = performance.now();
    for (const end = last + milliseconds; last < end; ) {
      log.scrollTop += way * 240;
      if (log.scrollTop + log.clientHeight >= log.scrollHeight - 2) way = -1;
      if (log.scrollTop === 0) way = 1;
      if (frames.length % 120 === 119) log.scrollTop = Math.random() * log.scrollHeight;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      frames.push(now - last);
      last = now;
      rows = Math.max(rows, log.querySelectorAll("[data-line]").length);
    }
    return { frames, rows };
  }, seconds * 1000);
}
