import { expect, type Page } from "@playwright/test";

/** The page has its heading, and nothing on it is still to come. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
}

/** Nothing of the page lies beyond its right edge, so that nobody has to scroll sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll("main *")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} px in ${clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))];
  });
  expect(beyond, `what lies beyond the right edge of ${page.url()}`).toEqual([]);
}

/** The keyboard is somewhere, and one sees where: at a ring, or at the caret of a field. */
export async function expectVisibleFocus(page: Page): Promise<void> {
  const seen = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "nowhere";
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const onScreen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
      const ring = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none" || element.matches("input, textarea");
      // The radio inside a card shows its focus at the card.
      const inside = element.closest("label") !== null;
      return onScreen && (ring || inside) ? "seen" : `unseen: ${element.outerHTML.slice(0, 200)}`;
    });
  await expect.poll(seen, { message: "where the keyboard is" }).toBe("seen");
}
