import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession, Page } from "@playwright/test";
import { expect, test } from "./support/test";
import type { Service } from "./support/service";

test.use({ reducedMotion: "no-preference" });

/** Eight hours of a run that says four times a second how far it is. */
const EVENTS = 8 * 3600 * 4;
const SECONDS = 10;
/** Then some minutes of it at sixty times their speed, to see how smooth the page is beside them. */
const MORE_EVENTS = 5 * 60 * 4;
const MORE_SECONDS = 5;
const TICK_MS = 50;
const MEGABYTE = 1 << 20;

test.use({ trace: "off" }); // it would write down every change of the page
test.setTimeout(120_000);

test("eight hours beside a running run: the page stays as light and as quick as it was", async ({ page, service }) => {
  const run = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/night", records: "4000", seconds: "3600" } });
  await service.waitForRun(run, ["running"]);
  const night = new Night(service, "outputs/night");
  await night.begins();
  await page.goto(`/runs/${run}`);
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  const devtools = await page.context().newCDPSession(page);

  const weights: Weight[] = [];
  for (const part of [1, 2, 3, 4]) {
    await night.passes(Math.round((EVENTS * part) / 4), SECONDS / 4);
    await expect(page.getByText(night.done).first()).toBeVisible({ timeout: 20_000 }); // the newest is on the page, not a queue behind it
    weights.push(await weigh(page, devtools));
  }
  await watchFrames(page);
  await night.passes(EVENTS + MORE_EVENTS, MORE_SECONDS);
  await expect(page.getByText(night.done).first()).toBeVisible();
  const { p95, longest, drawn } = await frames(page);
  const report = `${EVENTS} events in ${SECONDS} s: heap ${weights.map(({ heap }) => (heap / MEGABYTE).toFixed(1)).join(", ")} MB; nodes ${weights.map(({ nodes }) => nodes).join(", ")}. ${MORE_EVENTS} in ${MORE_SECONDS} s: ${drawn} frames, 95 % within ${p95} ms; longest task ${longest} ms`;
  test.info().annotations.push({ type: "watching", description: report });
  process.stdout.write(`${report}\n`);

  const [first, last] = [weights[0] ?? NOTHING, weights[3] ?? NOTHING];
  expect(last.heap - first.heap, report).toBeLessThan(4 * MEGABYTE);
  expect(last.nodes - first.nodes, report).toBeLessThan(60);
  expect(longest, report).toBeLessThan(200);
});

/** Writes what a run says over a night to where a run says it. */
class Night {
  readonly #file: string;
  #pattern: Record<string, unknown> = {};
  #told = 0;

  constructor(service: Service, folder: string) {
    this.#file = join(service.project.root, folder, "events.jsonl");
  }

  /** Waits for the first thing that the run itself says, and goes on in its manner. */
  async begins(): Promise<void> {
    await expect.poll(() => this.#lastProgress()).toBeDefined();
    this.#pattern = this.#lastProgress() ?? {};
  }

  /** How far the run is, as the page writes it. */
  get done(): string {
    return new Intl.NumberFormat("en-US").format(this.#told);
  }

  async passes(until: number, seconds: number): Promise<void> {
    const start = performance.now();
    const from = this.#told;
    while (this.#told < until) {
      const due = Math.min(until, from + Math.ceil(((performance.now() - start) / 1000 / seconds) * (until - from)));
      const lines: string[] = [];
      while (this.#told < due) lines.push(this.#event(++this.#told));
      if (lines.length > 0) appendFileSync(this.#file, lines.join(""));
      await sleep(TICK_MS);
    }
  }

  /** Its numbers are beyond those of the run, whose own words are old news from now on. */
  #event(index: number): string {
    const { t } = this.#pattern;
    return `${JSON.stringify({ ...this.#pattern, n: 1_000_000 + index, t: Number(t) + index / 4, done: index, total: EVENTS, calls: index, input_tokens: index * 900, output_tokens: index * 120, eta_seconds: (EVENTS - index) / 4 })}\n`;
  }

  #lastProgress(): Record<string, unknown> | undefined {
    if (!existsSync(this.#file)) return undefined; // it has only just begun
    const lines = readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    const found = lines.findLast((line) => line.includes('"event":"progress"'));
    return found === undefined ? undefined : (JSON.parse(found) as Record<string, unknown>);
  }
}

interface Weight {
  heap: number;
  nodes: number;
}

const NOTHING: Weight = { heap: 0, nodes: 0 };

async function weigh(page: Page, devtools: CDPSession): Promise<Weight> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  return { heap: usedSize, nodes };
}

interface Watched {
  frameWatch: { counts: Uint32Array; longest: number };
}

/** Counts frames by how long they took, and remembers the longest task. */
const watchFrames = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const watch = { counts: new Uint32Array(2000), longest: 0 };
    Object.assign(window, { frameWatch: watch });
    let last = performance.now();
    const frame = (now: number) => {
      const place = Math.min(watch.counts.length - 1, Math.max(0, Math.round(now - last)));
      watch.counts[place] = (watch.counts[place] ?? 0) + 1;
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watch.longest = Math.max(watch.longest, Math.round(duration));
    }).observe({ type: "longtask" });
  });

const frames = (page: Page): Promise<{ p95: number; longest: number; drawn: number }> =>
  page.evaluate(() => {
    const { counts, longest } = (window as unknown as Watched).frameWatch;
    const drawn = counts.reduce((sum, each) => sum + each, 0);
    let seen = 0;
    const p95 = counts.findIndex((each) => (seen += each) >= drawn * 0.95);
    return { p95, longest, drawn };
  });
