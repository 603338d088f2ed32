import type { Page } from "@playwright/test";
import { expect, test } from "./support/test";

test.use({ reducedMotion: "no-preference" });

/** Counts what is drawn on canvases, and remembers whether there ever were fireworks. */
async function watchMovement(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { drawn: 0, fireworks: false };
    Object.assign(window, { movement: seen });
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called for the same canvas below
    const { clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...box) {
      seen.drawn += 1;
      clearRect.apply(this, box);
    };
    new MutationObserver(() => (seen.fireworks ||= document.querySelector(".ws-fireworks") !== null)).observe(document, { childList: true, subtree: true });
  });
}

interface Movement {
  drawn: number;
  fireworks: boolean;
}

const movement = (page: Page): Promise<Movement> => page.evaluate(() => ({ ...(window as unknown as { movement: Movement }).movement }));

/** How often a canvas was cleared, so drawn anew, within this many frames of the browser. */
async function drawnWithin(page: Page, frames: number): Promise<number> {
  const before = await movement(page);
  await page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
  }, frames);
  return (await movement(page)).drawn - before.drawn;
}

const animations = (page: Page): Promise<string[]> =>
  page.evaluate(() => document.getAnimations().map((animation) => (animation instanceof CSSAnimation ? animation.animationName : "a transition")));

test("with reduced motion nothing moves: no background, no animation, no fireworks", async ({ page, service }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await watchMovement(page);
  const slow = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/slow", records: "400", seconds: "60" } });
  await page.goto(`/runs/${slow}`);
  await service.waitForRun(slow, ["running"]);
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect.poll(() => animations(page)).toEqual([]);
  // A picture of where the run stands may be made anew when it has gone on; frames are not.
  expect(await drawnWithin(page, 30)).toBeLessThan(12);
  await service.api.POST("/api/runs/{run_id}/cancel", { params: { path: { run_id: slow } } });
  await service.waitForRun(slow, ["cancelled"]);

  await page.goto("/");
  await page.getByRole("button", { name: "Try it" }).click();
  await expect(page.getByText("123 rows are ready")).toBeVisible();
  await expect.poll(() => animations(page)).toEqual([]);
  await expect.poll(() => drawnWithin(page, 20)).toBe(0);
  expect((await movement(page)).fireworks).toBe(false);
});

test("with full motion a running run is drawn, frame by frame", async ({ page, service }) => {
  await watchMovement(page);
  const slow = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/slow", records: "400", seconds: "60" } });
  await page.goto(`/runs/${slow}`);
  await service.waitForRun(slow, ["running"]);
  await expect.poll(() => drawnWithin(page, 30)).toBeGreaterThan(12);

  // Off in the settings is as off as reduced motion, here and in every other tab.
  const settings = await page.context().newPage();
  await settings.goto("/settings");
  await settings.getByRole("radio", { name: /^Off/ }).check();
  await page.bringToFront();
  await expect(page.locator("html")).toHaveAttribute("data-motion", "off");
  await expect.poll(() => drawnWithin(page, 30)).toBeLessThan(12);
});

test("a theme is chosen once for all tabs, and the system's is followed until then", async ({ page, context }) => {
  const ground = (of: Page) => of.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/settings");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  const dark = await ground(page);
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  const light = await ground(page);
  expect(light).not.toBe(dark);

  const other = await context.newPage();
  await other.emulateMedia({ colorScheme: "light" });
  await other.goto("/runs");
  await expect.poll(() => ground(other)).toBe(light);
  await page.bringToFront();
  await page.getByRole("radio", { name: /^Dark/ }).check();
  for (const each of [page, other]) await expect.poll(() => ground(each)).toBe(dark);
  await other.reload();
  expect(await ground(other)).toBe(dark);

  await page.getByRole("radio", { name: /^System/ }).check();
  for (const each of [page, other]) await expect.poll(() => ground(each)).toBe(light);
});
