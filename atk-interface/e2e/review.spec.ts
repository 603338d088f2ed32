import type { Page } from "@playwright/test";
import { expect, test } from "./support/test";
import type { Service } from "./support/service";

const PAIRS = "outputs/demo/datasets/pairs.jsonl";

async function reviewed(service: Service): Promise<{ id: string; ids: string[] }> {
  const id = await service.startRun({ pipeline: "factual-gen-indiv-pipeline", overrides: { output_dir: "outputs/demo" } });
  await service.waitForRun(id, ["completed"]);
  return { id, ids: idsIn(service, PAIRS) };
}

const idsIn = (service: Service, file: string): string[] =>
  service.project
    .read(file)
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id);

const open = (page: Page, id: string) => page.goto(`/runs/${id}/samples?dataset=pairs`);
const told = (page: Page, text: string) => expect(page.getByText(text, { exact: false }).first()).toBeVisible();

test("rows are reviewed by keyboard, kept, and exported exactly as decided", async ({ page, context, service }) => {
  const { id, ids } = await reviewed(service);
  const all = ids.length;
  await open(page, id);
  const first = page.getByRole("article", { name: "Row 1", exact: true });
  await expect(first.getByRole("region", { name: "Source" }).locator("mark").first()).toBeVisible(); // where its words come from
  await expect(first.getByRole("region", { name: "Source" }).getByRole("heading", { name: /\.(docx|txt|md|html|epub|pdf|json|csv)$/ }).first()).toBeVisible();
  await expect(first.getByRole("region", { name: "Model calls" })).toContainText("offline");

  await page.keyboard.press("a");
  await expect(page.getByRole("article", { name: "Row 2", exact: true })).toBeVisible();
  await page.keyboard.press("x");
  await expect(page.getByRole("article", { name: "Row 3", exact: true })).toBeVisible();
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Edit row 3" });
  await dialog.getByRole("textbox", { name: /assistant/i }).last().fill("An answer that a person has written.");
  await dialog.getByRole("button", { name: "Save edited row" }).click();
  await expect(dialog).toHaveCount(0);
  await told(page, `3 of ${all} reviewed: 1 accepted, 1 edited, 1 rejected`);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await told(page, "1 accepted, 1 edited, 2 rejected");
  await page.keyboard.press("u");
  await told(page, `3 of ${all} reviewed: 1 accepted, 1 edited, 1 rejected`);

  await page.reload();
  await told(page, `3 of ${all} reviewed: 1 accepted, 1 edited, 1 rejected`);
  const rows = page.getByRole("list", { name: "Rows" }).getByRole("listitem");
  await expect(rows.nth(0)).toContainText("Accepted");
  await expect(rows.nth(1)).toContainText("Rejected");
  await expect(rows.nth(2)).toContainText("Edited");
  const tab = await context.newPage();
  await open(tab, id);
  await expect(tab.getByRole("list", { name: "Rows" }).getByRole("listitem").nth(1)).toContainText("Rejected");
  await tab.getByRole("list", { name: "Rows" }).getByRole("listitem").nth(3).getByRole("button").click();
  await tab.keyboard.press("a");
  await told(page, `4 of ${all} reviewed: 2 accepted`); // the first tab hears of it
  await expect(rows.nth(3)).toContainText("Accepted");

  await page.getByRole("button", { name: "Export" }).click();
  const writing = page.getByRole("dialog", { name: "Export pairs" });
  await writing.getByRole("button", { name: "Write the file" }).click();
  await expect(writing.getByRole("status")).toContainText(`3 rows written, 1 of them edited; ${all - 3} left out.`);
  const file = await writing.getByRole("status").locator("code").innerText();
  expect(idsIn(service, file)).toEqual([ids[0], ids[2], ids[3]]);
  expect(service.project.read(file)).toContain("An answer that a person has written.");
  expect(service.project.read(PAIRS)).not.toContain("An answer that a person has written."); // the dataset stays as it is
});

test("all rows are accepted at once, and that is taken back", async ({ page, service }) => {
  const { id, ids } = await reviewed(service);
  await open(page, id);
  await page.getByRole("button", { name: "All rows …" }).click();
  await page.getByRole("menuitem", { name: "Accept all not reviewed" }).click();
  await page.getByRole("button", { name: "Accept them" }).click();
  await told(page, `${ids.length} of ${ids.length} reviewed: ${ids.length} accepted`);
  await page.getByRole("button", { name: "Take it back" }).click();
  await told(page, `0 of ${ids.length} reviewed`);
  await expect(page.getByRole("list", { name: "Rows" }).getByText("Accepted")).toHaveCount(0);
});

test("keys that follow each other fast end with the right counts", async ({ page, service }) => {
  const { id, ids } = await reviewed(service);
  await open(page, id);
  await expect(page.getByRole("article", { name: "Row 1", exact: true })).toBeVisible();
  for (const key of ["a", "x", "a", "a", "x", "u", "u", "x"]) await page.keyboard.press(key, { delay: 0 });
  await told(page, `4 of ${ids.length} reviewed: 2 accepted, 0 edited, 2 rejected`); // which it is in the end alone
  await expect
    .poll(async () => {
      const { data } = await service.api.GET("/api/runs/{run_id}/datasets", { params: { path: { run_id: id } } });
      return data?.items.find(({ name }) => name === "pairs")?.reviewed;
    })
    .toMatchObject({ accept: 2, reject: 2, edit: 0 });
  await page.reload();
  const rows = page.getByRole("list", { name: "Rows" }).getByRole("listitem");
  for (const [index, word] of ["Accepted", "Rejected", "Accepted", "Rejected", "Not reviewed"].entries()) await expect(rows.nth(index)).toContainText(word);
});
