import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { furnish } from "../support/furnish";
import { REPOSITORY } from "../support/project";
import { ROUTES } from "../support/routes";
import { test } from "../support/test";

const FOLDER = process.env["SCREENSHOTS"] ?? join(REPOSITORY, "docs", "interface");
/** Only these pages, by their names in support/routes.ts; all where nobody names any. */
const WANTED = process.env["PAGES"]?.split(",");
const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];
const THEMES = ["dark", "light"] as const;
/** Small enough that all of them stay below 6 MB, sharp enough to read. */
const QUALITY = 0.8;

test("every page, in both themes, on three screens", async ({ browser, service }) => {
  mkdirSync(FOLDER, { recursive: true });
  const there = await furnish(service);
  const converter = await browser.newPage();
  for (const viewport of SIZES) {
    for (const colorScheme of THEMES) {
      const page = await quietPage(browser, viewport, colorScheme);
      for (const { name, path } of ROUTES.filter((route) => WANTED?.includes(route.name) ?? true)) {
        await page.goto(service.url + path(there));
        await page.getByRole("main").waitFor();
        await settled(page);
        writeFileSync(join(FOLDER, `${name}-${viewport.width}-${colorScheme}.webp`), await webp(converter, await page.screenshot()));
      }
      await page.context().close();
    }
  }
});

function quietPage(browser: Browser, viewport: { width: number; height: number }, colorScheme: (typeof THEMES)[number]): Promise<Page> {
  return browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
}

/** Until nothing is asked of the service (but what never ends) and all fonts are there. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  await page.waitForTimeout(600); // streams keep the network busy for ever: there is no event to wait for
}

/** The browser writes WebP, a third of PNG's size; Playwright does not. */
async function webp(converter: Page, png: Buffer): Promise<Buffer> {
  const url = await converter.evaluate(
    async ([source, quality]) => {
      const picture = await createImageBitmap(await (await fetch(source)).blob());
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
      canvas.getContext("2d")!.drawImage(picture, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    },
    [`data:image/png;base64,${png.toString("base64")}`, QUALITY] as const,
  );
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
