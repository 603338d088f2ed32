import { expect, test } from "./support/test";

const LINES = 200_000;
/** Where the word is that is searched for; lines count from 1. */
const LANTERNS = [70_001, 100_000, 150_123];

test("a log of 200 000 lines is read, searched and returned to", async ({ page, service }) => {
  const id = await service.startRun({ config: "poems.yaml" });
  await service.waitForRun(id, ["completed"]);
  const lines = Array.from({ length: LINES }, (_, index) => `12:00:00 INFO step ${index + 1} is done${LANTERNS.includes(index + 1) ? ", lantern lit" : ""} ${index % 50 ? "" : "x".repeat(400)}`);
  service.project.write("outputs/poems/log.txt", `${lines.join("\n")}\n`);
  await page.goto(`/runs/${id}/log`);
  const log = page.getByRole("log");
  const drawn = () => log.locator("[data-line]").count();
  const at = (line: number) => log.getByText(`step ${line} is done`);

  await expect(at(LINES)).toBeInViewport(); // a log is opened at its end
  expect(await drawn()).toBeLessThanOrEqual(150);

  await page.getByRole("textbox", { name: "Go to line" }).fill("120 000");
  await page.keyboard.press("Enter");
  await expect(at(120_000)).toBeInViewport();
  expect(await drawn()).toBeLessThanOrEqual(150);
  await page.getByRole("button", { name: "To the end" }).click();
  await expect(at(LINES)).toBeInViewport();

  await log.focus();
  await page.keyboard.press("g");
  await page.keyboard.press("g");
  await expect(at(1)).toBeInViewport();
  await page.getByRole("searchbox", { name: "Search the log" }).fill("lantern");
  await expect(page.getByText("3 lines", { exact: true })).toBeVisible();
  await log.focus();
  for (const line of LANTERNS) {
    await page.keyboard.press("n");
    await expect(at(line)).toBeInViewport();
    await expect(page.getByText(`${LANTERNS.indexOf(line) + 1} of 3 lines`)).toBeVisible();
    await expect(log.locator("mark")).toHaveText(["lantern"]);
  }
  await page.keyboard.press("Shift+N");
  await expect(at(100_000)).toBeInViewport();

  const wide = () => log.evaluate((element) => element.scrollWidth > element.clientWidth + 1);
  expect(await wide()).toBe(true);
  await page.getByRole("button", { name: "Wrap long lines" }).click();
  await expect.poll(wide).toBe(false);

  await expect(page).toHaveURL(/line=100000/);
  await page.reload();
  await expect(at(100_000)).toBeInViewport();
  await expect(page.getByRole("searchbox", { name: "Search the log" })).toHaveValue("lantern");
  expect(await drawn()).toBeLessThanOrEqual(150);
});
