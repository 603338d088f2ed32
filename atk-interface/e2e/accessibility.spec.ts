import type { Page } from "@playwright/test";
import { checkAccessibility, checkContrast } from "./support/accessibility";
import { expect, test } from "./support/furnished";
import { expectNoSidewaysScroll, settled } from "./support/page-state";
import { ROUTES } from "./support/routes";

test.describe.configure({ mode: "default" }); // in one worker: furnishing the service takes longer than a test

const PHONE = { width: 390, height: 844 };
/** A window of 1440 px at 200 %. */
const ZOOMED = { width: 720, height: 450 };

async function showIn(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
}

async function checkBothThemes(page: Page): Promise<void> {
  await showIn(page, "light");
  await checkAccessibility(page);
  await showIn(page, "dark");
  await checkContrast(page);
}

for (const { name, path } of ROUTES) {
  test(`${name}: for everybody, in both themes, on a phone and zoomed in`, async ({ page, there }) => {
    await page.goto(path(there));
    await settled(page);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page.getByRole("main")).toHaveCount(1);
    await expect(page).toHaveTitle(/\S · Augmentoolkit$/);
    await showIn(page, "light");
    await checkAccessibility(page);
    await page.setViewportSize(ZOOMED);
    await expectNoSidewaysScroll(page);
    // The dark theme on a phone: what only wide pages have beside it is the same everywhere, and looked at in the dialogs' tests.
    await showIn(page, "dark");
    await page.setViewportSize(PHONE);
    await settled(page);
    await expectNoSidewaysScroll(page);
    await checkAccessibility(page);
  });
}

test("the first Tab offers to skip to the page", async ({ page }) => {
  await page.goto("/runs");
  await settled(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the page" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

/** Opens a dialog by `open`, looks at it in both themes and on a phone, and closes it. */
async function checkDialog(page: Page, name: RegExp, open: () => Promise<void>): Promise<void> {
  await open();
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog).toBeVisible();
  await checkBothThemes(page);
  await page.setViewportSize(PHONE);
  await expectNoSidewaysScroll(page);
  await expect(dialog).toBeInViewport({ ratio: 0.99 });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
}

test("dialogs of the whole app and of configs and files", async ({ page }) => {
  await page.goto("/configs");
  await settled(page);
  await checkDialog(page, /Go to anything/, () => page.keyboard.press("Control+k"));
  await checkDialog(page, /Keys/, () => page.keyboard.press("?"));
  await checkDialog(page, /New config/, () => page.getByRole("button", { name: "New config" }).click());
  await page.goto("/inputs");
  await settled(page);
  await checkDialog(page, /New folder/, async () => {
    await page.getByRole("button", { name: "More for this folder" }).click();
    await page.getByRole("menuitem", { name: "New folder" }).click();
  });
  await checkDialog(page, /Delete the folder sample/, async () => {
    await page.getByRole("button", { name: "What to do with sample" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
  });
});

test("dialogs of runs", async ({ page, there }) => {
  await page.goto(`/runs/${there.failing}`);
  await settled(page);
  for (const [item, title] of [
    ["Clone …", /^Clone/],
    ["Retry failed …", /^Retry/],
    ["Name and tags …", /^Name/],
    ["Delete …", /^Delete .*\?/],
  ] as const) {
    await checkDialog(page, title, async () => {
      await page.getByRole("button", { name: "More to do with this run" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    });
  }
  await page.goto(`/runs/${there.run}/samples`);
  await settled(page);
  await checkDialog(page, /^Export/, () => page.getByRole("button", { name: "Export …" }).click());
});

test("dialogs of settings", async ({ page }) => {
  await page.goto("/settings");
  await settled(page);
  await checkBothThemes(page); // the page beside them, with the side bar
  await checkDialog(page, /Add a provider/, () => page.getByRole("button", { name: "Add a provider" }).click());
  await checkDialog(page, /Add a secret/, () => page.getByRole("button", { name: "Add a secret" }).click());
});

test("the menu of a narrow page", async ({ page }) => {
  await page.setViewportSize(PHONE);
  await page.goto("/");
  await settled(page);
  await page.getByRole("button", { name: "Menu" }).click();
  await expect(page.getByRole("dialog").getByRole("link", { name: "Runs" })).toBeVisible();
  await checkBothThemes(page);
  await page.getByRole("dialog").getByRole("link", { name: "Runs" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});
