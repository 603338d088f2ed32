import type { Page } from "@playwright/test";
import { bench, expect } from "./bench";
import type { Service } from "../support/service";
import { quantile } from "./figures";
import { longestTask } from "./tasks";

const LINES = 470;
const KEYS = 20;
const PARTS = 3;
const CONFIG = "large.yaml";
const WORDS = "what somebody writes in a hurry beside a setting ";

bench("a config of 470 lines", async ({ page, browser, service, plain, measured }) => {
  await longConfig(service);
  await page.goto(`/configs/${CONFIG}`);
  await expect(page.locator(".cm-line").first()).toBeVisible();
  await expect(page.getByRole("status").first()).toContainText("Ready to run");

  const field = page.locator("[data-setting=chunk_size] input");
  await field.click();
  await page.keyboard.press("End");
  const [toText, toCheck] = [[], []] as [number[], number[]];
  for (let key = 0; key < KEYS; key += 1) {
    await page.keyboard.press("Backspace");
    await expect(field).toHaveValue(/^\d+$/);
    const value = (await field.inputValue()) + String(key % 10);
    await awaitKey(page, `chunk_size: ${value}`);
    await page.keyboard.press(String(key % 10));
    const { text, check } = await reached(page);
    toText.push(text);
    toCheck.push(check);
    if (key % 10 === 9) await page.keyboard.type("1"); // other numbers, so that no check is known already
  }
  measured({ name: `config of ${LINES} lines: key in the form to the text`, unit: "ms", values: toText, goal: 100 });
  measured({ name: "key in the form to the service's check, 250 of it waiting", unit: "ms", values: toCheck });

  const bare = await plain.measure("field", (other) => typed(other, "textarea"));
  const parts: Typing[] = [];
  const longest = await longestTask(browser, page, async () => {
    for (let part = 0; part < PARTS; part += 1) parts.push(await typed(page, ".cm-content .cm-line >> nth=0"));
  });
  const of = (key: keyof Typing, all: Typing[]) => all.map((typing) => quantile(typing[key], 0.95));
  measured({ name: "typing in YAML: input delay, 95th percentile", unit: "ms", values: of("delays", parts), goal: 50, beside: { name: "plain text field", values: of("delays", [bare]) } });
  measured({ name: "typing in YAML: key to paint, 95th percentile (16: or less)", unit: "ms", values: of("paints", parts), beside: { name: "plain text field", values: of("paints", [bare]) } });
  measured({ name: "typing in YAML: longest task, CPU", unit: "ms", values: [longest.cpu], goal: 50, beside: { name: "by the clock", values: [longest.wall] } });
});

/** All settings, a list of sixty folders, and the notes that gather in such a file. */
async function longConfig({ api, project }: Service): Promise<void> {
  const { error } = await api.POST("/api/configs/new", { body: { path: CONFIG, pipeline: "factual-datagen-pipeline" } });
  if (error) throw new Error(JSON.stringify(error));
  const folders = Array.from({ length: 60 }, (_, index) => `# Part ${index + 1}\n- path: inputs/sample\n`).join("");
  const text = project.read(`configs/${CONFIG}`).replace("- path: inputs/sample\n", folders).trimEnd();
  const notes = Array.from({ length: LINES - text.split("\n").length }, (_, index) => `\n# Note ${index + 1}: what was tried, and what came of it.`).join("");
  project.write(`configs/${CONFIG}`, `${text}${notes}\n`);
}

interface Reached {
  text: number;
  check: number;
}

/** Has the page time, from the next key on, the frame after which the text has that line, and the one after which its check is shown. */
async function awaitKey(page: Page, line: string): Promise<void> {
  await page.evaluate((line) => {
    const frame = () => new Promise<number>(requestAnimationFrame);
    const isInText = () => [...document.querySelectorAll(".cm-line")].some(({ textContent }) => textContent === line);
    const isChecked = () => document.querySelector("[role=status]")?.textContent.startsWith("Ready to run") === true;
    const look = async ({ timeStamp }: KeyboardEvent) => {
      while (!isInText()) await frame();
      const text = (await frame()) - timeStamp;
      while (!isChecked()) await frame();
      Object.assign(window, { reached: { text, check: (await frame()) - timeStamp } });
    };
    Object.assign(window, { reached: undefined });
    addEventListener("keydown", (key) => void look(key), { capture: true, once: true });
  }, line);
}

async function reached(page: Page): Promise<Reached> {
  const found = () => page.evaluate(() => (window as unknown as { reached?: Reached }).reached);
  await expect.poll(found, { intervals: [50] }).toBeDefined();
  return (await found())!;
}

interface Typing {
  /** Milliseconds until the page takes a key up. */
  delays: number[];
  /** Milliseconds until it is painted, in steps of eight; the browser tells none below sixteen. */
  paints: number[];
}

async function typed(page: Page, place: string): Promise<Typing> {
  await page.locator(place).click();
  await page.keyboard.press("End");
  await page.evaluate(() => {
    const found = { delays: [] as number[], paints: [] as number[] };
    Object.assign(window, { typing: found });
    addEventListener("keydown", ({ timeStamp }) => found.delays.push(performance.now() - timeStamp), { capture: true });
    const observer = new PerformanceObserver((list) => found.paints.push(...list.getEntries().filter(({ name }) => name === "keydown").map(({ duration }) => duration)));
    observer.observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit); // not in TypeScript's library yet
  });
  await page.keyboard.type(WORDS, { delay: 60 });
  await page.waitForTimeout(300);
  const { delays, paints } = await page.evaluate(() => (window as unknown as { typing: Typing }).typing);
  return { delays, paints: [...paints, ...Array.from({ length: Math.max(0, WORDS.length - paints.length) }, () => 16)] };
}
