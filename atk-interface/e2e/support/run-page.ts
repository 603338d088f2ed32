import { expect, type Locator, type Page } from "@playwright/test";

/** The big bar of a run's overview. */
export const bar = (page: Page): Locator => page.locator("main").getByRole("progressbar", { name: /^Progress of/ });

/** How far the page says that the run is, `37 of 100`. */
export const progressOf = async (page: Page): Promise<string> => (await bar(page).getAttribute("aria-valuetext", { timeout: 2000 }).catch(() => null)) ?? "";

/** How many of the stage's records are done, as the page says. */
export const doneOf = async (page: Page): Promise<number> => Number((await bar(page).getAttribute("aria-valuenow", { timeout: 2000 }).catch(() => null)) ?? 0);

/** Remembers that this is the page that was opened: a reload would forget it. */
export const markPage = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(window, { isTheSamePage: true }));

export async function expectNoReload(page: Page): Promise<void> {
  expect(await page.evaluate(() => "isTheSamePage" in window), "the page has come back without a reload").toBe(true);
}

/** Opens the menu of a run's page and takes what it offers. */
export async function fromMenu(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "More to do with this run" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}
