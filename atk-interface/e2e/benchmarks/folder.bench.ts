import { bench, expect } from "./bench";
import { answers, clickUntil, fetched } from "./in-page";
import { madeByPython } from "./made-by-python";

const FILES = 100_000;
const REPEATS = 7;

bench("a folder of a hundred thousand files", async ({ page, service, measured }) => {
  await madeByPython("service_files", "make_large_folder", service.project.root, FILES);
  const [clicks, heard, asked] = [[], [], []] as [number[], number[], number[]];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    await page.goto("/outputs"); // loaded anew: nothing of the folder is in its memory
    await expect(page.getByRole("row").filter({ hasText: "large" })).toBeVisible();
    await answers(page, "");
    clicks.push(await clickUntil(page, '[role=row][id$="-0"]', '[role=row][id$="-10"]'));
    await expect(page.getByRole("row").nth(1)).toContainText("chapter 0 of the book");
    heard.push(...(await answers(page, "path=large")));
    asked.push(await fetched(`${service.url}/api/files/outputs?path=large&limit=200`));
  }
  measured({ name: "folder of 100,000 files: click to rows", unit: "ms", values: clicks, goal: 500, beside: { name: "the service's answer", values: asked } });
  measured({ name: "of these, until the service's answer was there", unit: "ms", values: heard });
});
