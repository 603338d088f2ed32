import type { CDPSession, Page } from "@playwright/test";

/** Runs in the page: milliseconds from each frame to the next, for a while. */
export async function frames(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(async (milliseconds) => {
    const between: number[] = [];
    const end = performance.now() + milliseconds;
    for (let last = await new Promise(requestAnimationFrame); last < end; ) {
      const now = await new Promise<number>(requestAnimationFrame);
      between.push(now - last);
      last = now;
    }
    return between;
  }, seconds * 1000);
}

/** Milliseconds of CPU that script, style, layout and painting take of the page's main thread, a second. */
export async function cpu(session: CDPSession, seconds: number): Promise<number> {
  const before = await metric(session, "TaskDuration");
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const spent = (await metric(session, "TaskDuration")) - before;
  return (spent * 1e6) / (performance.now() - began);
}

/** Megabytes of JavaScript objects that are still needed. */
export async function heap(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize / 1e6;
}

export async function metricsOf(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" }); // what others do on the machine is not counted
  return session;
}

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find((each) => each.name === name)?.value ?? 0;
}

/** Milliseconds from a click on what `clicked` finds to the frame after which `shown` is on the page. */
export async function clickUntil(page: Page, clicked: string, shown: string): Promise<number> {
  return page.evaluate(
    async ([clicked, shown]) => {
      const element = document.querySelector<HTMLElement>(clicked);
      if (!element) throw new Error(`Nothing fits ${clicked}`);
      const begin = performance.now();
      element.click();
      while (!document.querySelector(shown)) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame); // what was put on the page is painted before the next frame begins
      return performance.now() - begin;
    },
    [clicked, shown] as const,
  );
}

/** Milliseconds of the service's answers since the last call whose address holds `part`, as the browser has timed them. */
export async function answers(page: Page, part: string): Promise<number[]> {
  return page.evaluate((part) => {
    const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[]; // as that type is named
    performance.clearResourceTimings();
    return entries.filter(({ name }) => decodeURIComponent(name).includes(part)).map(({ requestStart, responseEnd }) => responseEnd - requestStart);
  }, part);
}

/** Milliseconds of one answer, asked for by itself. */
export async function fetched(url: string): Promise<number> {
  const begin = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return performance.now() - begin;
}
