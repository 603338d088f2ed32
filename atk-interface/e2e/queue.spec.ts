import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromMenu } from "./support/run-page";
import { expect, test } from "./support/test";

const debug = (folder: string, seconds: number) => ({ pipeline: "debug-pipeline", overrides: { output_dir: `outputs/${folder}`, seconds: String(seconds) } });

test("a queued run is cancelled while another goes on, which pauses, resumes and completes", async ({ page, service }) => {
  const first = await service.startRun(debug("first", 600));
  await service.waitForRun(first, ["running"]);
  const second = await service.startRun(debug("second", 600));

  await page.goto(`/runs/${second}`);
  await expect(page.getByText("Another run goes first: first.")).toBeVisible();
  await expect(page.getByText("It is the next one in the queue.")).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("It was cancelled")).toBeVisible();

  await page.goto(`/runs/${first}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("It is paused", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause" })).toHaveCount(0);
  await fromMenu(page, "Resume with changes …");
  const dialog = page.getByRole("dialog", { name: "Resume first" });
  await dialog.getByRole("button", { name: "Change a setting" }).click();
  await dialog.getByRole("combobox", { name: /^Setting/ }).last().fill("seconds");
  await dialog.getByRole("textbox", { name: "New value of seconds" }).fill("2");
  await dialog.getByRole("button", { name: "Resume from here" }).click();
  await expect(page.getByText("20 rows are ready")).toBeVisible({ timeout: 30_000 });
  expect((await service.waitForRun(second)).state).toBe("cancelled"); // and stays so
});

test("a running run is cancelled, and deleted only after a question", async ({ page, service }) => {
  const id = await service.startRun(debug("unwanted", 600));
  await service.waitForRun(id, ["running"]);
  await page.goto(`/runs/${id}`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("unwanted is stopping cleanly")).toBeVisible();
  await expect(page.getByText("It was cancelled")).toBeVisible();
  await expect(page.getByRole("button", { name: "Resume from here" })).toBeVisible(); // one may change one's mind

  const folder = join(service.project.root, "outputs/unwanted");
  await fromMenu(page, "Delete …");
  const question = page.getByRole("dialog", { name: "Delete unwanted?" });
  await expect(question).toContainText("This cannot be taken back");
  await question.getByRole("button", { name: "Not now" }).click();
  expect(existsSync(folder)).toBe(true);
  await fromMenu(page, "Delete …");
  await question.getByRole("button", { name: "Delete run and files" }).click();
  await expect(page).toHaveURL(/\/runs$/);
  await expect(page.getByText("No runs yet")).toBeVisible();
  expect(existsSync(folder)).toBe(false);
});

test("a run is cloned, renamed and tagged, and found again by address", async ({ page, service }) => {
  const id = await service.startRun({ config: "poems.yaml" });
  await service.waitForRun(id, ["completed"]);
  await page.goto(`/runs/${id}`);
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Name of the run" }).fill("Poems of the harbour");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Poems of the harbour");
  await page.getByRole("button", { name: "Name and tags" }).click();
  await page.getByRole("textbox", { name: "Tags" }).fill("keep, harbour");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: "harbour", exact: true })).toBeVisible();

  await fromMenu(page, "Clone …");
  const dialog = page.getByRole("dialog", { name: /^Clone/ });
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("A copy");
  await dialog.getByRole("button", { name: "Change a setting" }).click();
  await dialog.getByRole("combobox", { name: "Setting 1" }).fill("limit");
  await dialog.getByRole("textbox", { name: "New value of limit" }).fill("2");
  await dialog.getByRole("button", { name: "Clone and start" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("A copy");
  await expect(page.getByText("2 rows are ready")).toBeVisible({ timeout: 20_000 });

  await page.goto("/runs");
  const rows = page.getByRole("list", { name: "Runs", exact: true }).getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await page.getByRole("button", { name: "Only runs with the tag harbour" }).first().click(); // the copy keeps its tags
  await page.getByRole("button", { name: /^completed/i }).click();
  await expect(page).toHaveURL(/tag=harbour/);
  await expect(page).toHaveURL(/state=completed/);
  await page.getByRole("searchbox", { name: /Find a run/ }).fill("Poems of");
  await expect(page).toHaveURL(/q=Poems/);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("Poems of the harbour");
  await expect(page.getByRole("button", { name: /^completed/i })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("searchbox", { name: /Find a run/ }).fill("nothing of that name");
  await expect(page.getByText("No run fits")).toBeVisible();
});
