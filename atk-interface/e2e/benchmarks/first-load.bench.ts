import type { Browser, Page } from "@playwright/test";
import { bench } from "./bench";

const REPEATS = 7;

bench("first load of Home", async ({ browser, service, plain, measured }) => {
  const loads: Load[] = [];
  const blank: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    blank.push(await plain.measure("blank", firstPaint));
    loads.push(await fresh(browser, service.url));
  }
  const of = (key: keyof Load) => loads.map((load) => load[key]);
  const beside = { name: "blank page", values: blank };
  measured({ name: "first paint of Home", unit: "ms", values: of("paint"), goal: 1000, beside });
  measured({ name: "until Try it can be clicked", unit: "ms", values: of("tryIt"), beside });
  measured({ name: "transferred until all is there", unit: "kB", values: of("kilobytes") });
});

interface Load {
  paint: number;
  tryIt: number;
  kilobytes: number;
}

/** Home in a new context: nothing is cached. */
async function fresh(browser: Browser, url: string): Promise<Load> {
  const context = await browser.newContext();
  try {
    return await firstLoad(await context.newPage(), url);
  } finally {
    await context.close();
  }
}

async function firstPaint(page: Page): Promise<number> {
  return page.evaluate(async () => {
    for (;;) {
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      if (paint) return paint.startTime;
      await new Promise(requestAnimationFrame);
    }
  });
}

async function firstLoad(page: Page, url: string): Promise<Load> {
  let bytes = 0;
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.addInitScript(() => {
    const look = () => {
      const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Try it");
      const { x = 0, y = 0, width = 0, height = 0 } = button?.getBoundingClientRect() ?? {};
      // On top, where a pointer would hit it, and not disabled.
      if (button && !button.disabled && button.contains(document.elementFromPoint(x + width / 2, y + height / 2))) performance.mark("try-it");
      else requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(url);
  const paint = await firstPaint(page);
  const mark = await page.waitForFunction(() => performance.getEntriesByName("try-it")[0]?.startTime);
  await page.waitForLoadState("networkidle");
  return { paint, tryIt: Number(await mark.jsonValue()), kilobytes: bytes / 1000 };
}
