import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { bench, expect } from "./bench";
import { quantile } from "./figures";
import { frames } from "./in-page";
import { longestTask, type Longest } from "./tasks";

const WINDOWS = 4;
const SECONDS = 5;
const BURST = 1000;
const BURSTS = 5;

bench("a run that is watched", async ({ page, browser, service, plain, measured }) => {
  const beside = { name: "blank page", values: [quantile(await plain.measure("blank", (blank) => frames(blank, SECONDS)), 0.95)] };

  // In the first third of its time, the pipeline says a hundred times how far it is: four times a second.
  const id = await service.startRun({ pipeline: "debug-pipeline", overrides: { output_dir: "outputs/watched", seconds: "90" } });
  await service.waitForRun(id, ["running"]);
  await page.goto(`/runs/${id}`);
  await expect(page.getByRole("progressbar").first()).toBeVisible();
  await page.waitForTimeout(2000); // what a page does when it is opened is measured elsewhere
  const [steady, between] = [[], []] as [number[][], number[]];
  const longest: Longest[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    longest.push(await longestTask(browser, page, async () => steady.push(await frames(page, SECONDS))));
    between.push(quantile(steady.at(-1) ?? [], 0.95));
  }
  const wall = (all: Longest[]) => ({ name: "by the clock", values: all.map((each) => each.wall) });
  measured({ name: "4 updates a second: longest task, CPU", unit: "ms", values: longest.map(({ cpu }) => cpu), goal: 50, beside: wall(longest) });
  measured({ name: "4 updates a second: frame, 95th percentile", unit: "ms", values: between, beside });

  await service.api.POST("/api/runs/{run_id}/pause", { params: { path: { run_id: id } } });
  await service.waitForRun(id, ["paused"]);
  const events = join(service.project.root, "outputs", "watched", "events.jsonl");
  const [bursts, drawn] = [[], []] as [Longest[], number[]];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const first = 10_000 + burst * BURST;
    const happens = async () => {
      const looking = frames(page, 2);
      appendFileSync(events, burstOf(first));
      drawn.push(quantile(await looking, 1));
      await expect(page.getByText(`burst ${first + BURST - 1}`)).toBeVisible();
    };
    bursts.push(await longestTask(browser, page, happens));
  }
  measured({ name: `${BURST} events at once: longest task, CPU`, unit: "ms", values: bursts.map(({ cpu }) => cpu), goal: 50, beside: wall(bursts) });
  measured({ name: `${BURST} events at once: longest frame`, unit: "ms", values: drawn, beside });
});

/** Lines of events.jsonl as a run writes them. */
function burstOf(first: number): string {
  const steps = [{ name: "rest", in: 9, kept: 5, dropped: { empty: 3 }, failed: { refused: 1 } }];
  const line = (n: number) => ({ n, t: Date.now() / 1000 + (n - first) / 4, event: "progress", stage: "records", message: `burst ${n}`, done: n, total: 100_000, calls: n, input_tokens: n, output_tokens: n, cost: n / 1000, records_per_second: n % 50, concurrency: 8, steps });
  return Array.from({ length: BURST }, (_, index) => `${JSON.stringify(line(first + index))}\n`).join("");
}
