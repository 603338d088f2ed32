import type { Page } from "@playwright/test";
import { bench, expect } from "./bench";
import { cpu, metricsOf } from "./in-page";

const SECONDS = 5;
const REPEATS = 3;

bench("Home, left alone", async ({ page, service, plain, measured }) => {
  const id = await service.startRun({ config: "poems.yaml" }); // its pipeline's emblem is on the wall
  await service.waitForRun(id, ["completed"]);
  const beside = { name: "blank page", values: await plain.measure("blank", spent) };
  for (const motion of ["full", "subtle", "off"] as const) {
    await open(page, motion);
    measured({ name: `Home, idle, motion ${motion}: CPU`, unit: "ms/s", values: await spent(page), beside });
  }
  await open(page, "full");
  await hide(page);
  measured({ name: "Home in a hidden tab, motion full: CPU", unit: "ms/s", values: await spent(page), beside });
});

async function open(page: Page, motion: "full" | "subtle" | "off"): Promise<void> {
  await page.goto("/");
  await page.evaluate((chosen) => localStorage.setItem("atk.preferences", JSON.stringify({ motion: chosen })), motion);
  await page.reload();
  await expect(page.locator(`[data-motion=${motion}]`).first()).toBeAttached();
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(3000); // until what greets has come to rest
}

async function spent(page: Page): Promise<number[]> {
  const session = await metricsOf(page);
  const all = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) all.push(await cpu(session, SECONDS));
  return all;
}

/** A browser without a window hides no tab: the page is told so instead, and has to rest by itself. */
async function hide(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  await page.waitForTimeout(1000);
}
