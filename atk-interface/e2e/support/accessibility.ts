import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import type { AxeResults, Result } from "axe-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails on what people with assistive technology cannot use, or hardly. Open dialogs and menus are part of the page. */
export const checkAccessibility = (page: Page): Promise<void> => check(page, {});

/** The part of it that another theme can change. */
export const checkContrast = (page: Page): Promise<void> => check(page, { runOnly: ["color-contrast", "link-in-text-block"] });

async function check(page: Page, options: object): Promise<void> {
  await stillness(page);
  const isThere = await page.evaluate(() => "axe" in window);
  if (!isThere) await page.evaluate(AXE); // not a script tag: the page's security policy allows none
  const results = await page.evaluate(async (chosen) => {
    const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<AxeResults> } };
    return axe.run(document, { resultTypes: ["violations"], ...chosen });
  }, options);
  const bad = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(bad.map(described).join("\n\n"), `accessibility of ${page.url()}`).toBe("");
}

/** What is just fading in has too little contrast for a moment. */
async function stillness(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const passing = document.getAnimations().filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime));
    await Promise.allSettled(passing.map((animation) => animation.finished));
  });
}

function described({ id, impact, help, nodes }: Result): string {
  const where = nodes.map((node) => `  ${node.target.join(" ")}\n    ${node.html.slice(0, 200)}\n    ${(node.failureSummary ?? "").replaceAll("\n", "\n    ")}`);
  return `${id} (${impact ?? "unknown"}): ${help}\n${where.join("\n")}`;
}
