import type { Locator, Page } from "@playwright/test";
import { expect, test } from "./support/test";
import { expectVisibleFocus } from "./support/page-state";

/** Presses Tab until the keyboard is at the control, and sees at each step where it is. */
async function tabTo(page: Page, control: Locator, most = 40): Promise<void> {
  await expect(control).toBeVisible();
  for (let pressed = 0; pressed < most; pressed += 1) {
    await page.keyboard.press("Tab");
    await expectVisibleFocus(page);
    if (await control.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${most} times Tab did not lead to ${control.toString()}`);
}

test("from an empty project to a reviewed row without a mouse", async ({ page }) => {
  await page.goto("/");
  await tabTo(page, page.getByRole("button", { name: "Try it" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("123 rows are ready")).toBeVisible();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");

  await tabTo(page, page.getByRole("link", { name: "Samples", exact: true }));
  await page.keyboard.press("Enter");
  const rows = page.getByRole("list", { name: "Rows" }).getByRole("listitem");
  await expect(rows.first()).toContainText("Not reviewed");
  await page.keyboard.press("a");
  await expect(rows.nth(0)).toContainText("Accepted");
  await expect(rows.nth(1).getByRole("button")).toHaveAttribute("aria-current", "true"); // the next one
  await page.keyboard.press("x");
  await expect(rows.nth(1)).toContainText("Rejected");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("u");
  await expect(rows.nth(1)).toContainText("Not reviewed");
  await expect(page.getByText(/^1 of \d+ reviewed/)).toBeVisible();

  // A row is edited in a dialog: keys write there, and decide nothing.
  await page.keyboard.press("e");
  const editor = page.getByRole("dialog");
  await expect(editor).toBeVisible();
  await expectVisibleFocus(page);
  await page.keyboard.press("Escape");
  await expect(editor).toHaveCount(0);
  await expectVisibleFocusOrMain(page);
});

test("dialogs take the keyboard, keep it, and give it back", async ({ page }) => {
  await page.goto("/inputs");
  const more = page.getByRole("button", { name: "More for this folder" });
  await tabTo(page, more);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Go to anything" });
  await expect(palette.getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(palette).toHaveCount(0);
  await expect(more).toBeFocused();
  await expectVisibleFocus(page);

  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toBeVisible();
  for (let pressed = 0; pressed < 4; pressed += 1) {
    await page.keyboard.press("Tab");
    expect(await help.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(more).toBeFocused();

  await page.keyboard.press("Enter"); // opens the menu, at its first entry
  await expect(page.getByRole("menuitem", { name: "New folder" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "New folder" }).getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expectVisibleFocusOrMain(page);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("poems");
  await expect(palette.getByRole("option", { selected: true })).toContainText("poems");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/configs\/poems\.yaml$/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectVisibleFocusOrMain(page);

  await page.goto("/settings");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
});

/** After a page or dialog is left, the keyboard is at a control that one sees, or at the page itself: Tab goes on from there. */
async function expectVisibleFocusOrMain(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
  if (await page.getByRole("main").evaluate((main) => main !== document.activeElement)) await expectVisibleFocus(page);
}
