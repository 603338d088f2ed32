import type { Browser, Page } from "@playwright/test";

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds: by the clock, and of CPU. */
  dur?: number;
  tdur?: number;
  args: { name?: string };
}

export interface Longest {
  /** Milliseconds by the clock, with what the machine did meanwhile. */
  wall: number;
  /** Milliseconds of CPU: what a machine that does nothing else would show. */
  cpu: number;
}

/** The longest task of the page's main thread while something happens: nothing else is drawn or answered during it. */
export async function longestTask(browser: Browser, page: Page, during: () => Promise<unknown>): Promise<Longest> {
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
  let trace;
  try {
    await during();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }; // as Chromium writes traces
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
  const tasks = traceEvents.filter((event) => event.name === "RunTask" && event.ph === "X" && mains.has(thread(event)));
  if (tasks.length === 0) throw new Error("The trace knows no task of the page.");
  return { wall: Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1000, cpu: Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000 };
}
