import type { Page } from "@playwright/test";
import { checkAccessibility } from "./support/accessibility";
import { SecretWatch } from "./support/secret-watch";
import { expect, test } from "./support/test";

const MARKED = `# Letters of the keepers, with marks
pipeline: example-pipeline   # the smallest one

# Where the letters lie
input_dir: !!PLACEHOLDER!!   # one folder
output_dir: "outputs/!!PLACEHOLDER!! name it"

model: offline
# three are enough at first
limit: 3   # !!ATTENTION!! more once it is good
`;

const yaml = (page: Page, path: string) => page.getByRole("textbox", { name: `YAML of ${path}` });
const run = (page: Page) => page.getByRole("button", { name: "Run", exact: true });
const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true });
const ready = (page: Page) => page.getByRole("status").filter({ hasText: "Ready to run" });

test("marks are listed by name, stop the run, and are filled in without touching anything else", async ({ page, service }) => {
  service.project.write("configs/marked.yaml", MARKED);
  await page.goto("/configs/marked.yaml");
  await expect(page.getByRole("heading", { name: "2 things to fill in, 1 thing to look at" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Fill in input_dir.*line 5/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Fill in output_dir.*line 6/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Look at limit.*more once it is good/ })).toBeVisible();
  await checkAccessibility(page);

  await run(page).click();
  await expect(page.getByText("Not yet: 2 things to fill in")).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const folder = page.getByRole("textbox", { name: "Input dir" });
  await expect(folder).toBeFocused();
  await folder.fill("inputs/sample");
  await page.getByRole("textbox", { name: "Output dir" }).fill("outputs/letters");
  await expect(ready(page)).toBeVisible();

  await save(page).click();
  await expect(page.getByRole("button", { name: "Saved" })).toBeDisabled();
  expect(service.project.read("configs/marked.yaml")).toBe(MARKED.replace("!!PLACEHOLDER!!   #", "inputs/sample   #").replace("outputs/!!PLACEHOLDER!! name it", "outputs/letters"));
});

test("unsaved edits are asked about, kept by a reload, and saved or left as one says", async ({ page, service }) => {
  await page.goto("/configs/poems.yaml");
  const limit = page.getByRole("textbox", { name: "Limit" });
  await limit.fill("7");
  await expect(yaml(page, "poems.yaml")).toContainText("limit: 7");
  await page.getByRole("link", { name: "Runs", exact: true }).click();
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await checkAccessibility(page);
  await question.getByRole("button", { name: "Stay here" }).click();
  await expect(question).toBeHidden();
  await expect(page).toHaveURL(/\/configs\/poems\.yaml$/);
  await expect(limit).toHaveValue("7");

  page.on("dialog", (dialog) => void dialog.accept()); // the browser's own question before a reload
  await page.reload();
  await expect(page.getByText("These are your unsaved edits from before the page was loaded again.")).toBeVisible();
  await expect(limit).toHaveValue("7");
  expect(service.project.read("configs/poems.yaml")).toContain("limit: 3");

  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await question.getByRole("button", { name: "Save and leave" }).click();
  await expect(page).toHaveURL(/\/runs$/);
  expect(service.project.read("configs/poems.yaml")).toContain("limit: 7");

  await page.goto("/configs/poems.yaml");
  await limit.fill("9");
  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await question.getByRole("button", { name: "Leave without saving" }).click();
  await expect(page).toHaveURL(/\/runs$/);
  await page.goto("/configs/poems.yaml");
  await expect(limit).toHaveValue("7");
});

test("form and text are one document with one history, and a mistake shows where it is", async ({ page }) => {
  await page.goto("/configs/poems.yaml");
  const text = yaml(page, "poems.yaml");
  const limit = page.getByRole("textbox", { name: "Limit" });
  await limit.fill("8");
  await expect(text).toContainText("limit: 8");

  await text.press("Control+End");
  await page.keyboard.insertText("parquet: maybe\n");
  const wrong = page.getByRole("button", { name: /^Mistake parquet.*line 7/ });
  await expect(wrong).toBeVisible();
  await expect(page.locator(".cm-lint-marker-error")).toBeVisible();
  await expect(run(page)).toBeVisible();
  await page.getByRole("button", { name: "Undo (Ctrl Z in the form or the text)" }).click();
  await expect(wrong).toBeHidden();
  await expect(text).toContainText("limit: 8");
  await limit.press("Control+z");
  await expect(text).toContainText("limit: 3");
  await expect(limit).toHaveValue("3");
  await limit.press("Control+Shift+z");
  await expect(limit).toHaveValue("8");

  // The form keeps what cannot be a value out of the text; the text takes anything, and the field says what is wrong with it.
  await limit.fill("-4");
  await expect(page.getByText(/^Not saved yet: it must be/)).toBeVisible();
  await expect(text).toContainText("limit: 8");
  await text.press("Control+End");
  await page.keyboard.insertText("chunk_size: -4\n");
  await expect(page.getByRole("button", { name: /^Mistake chunk_size.*line 7/ })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Chunk size" })).toHaveAttribute("aria-invalid", "true");
});

test("a file that somebody else has changed is never overwritten unasked", async ({ page, service, trouble }) => {
  trouble.expect(/status of 412/);
  await page.goto("/configs/poems.yaml");
  const limit = page.getByRole("textbox", { name: "Limit" });
  await limit.fill("5");
  const theirs = service.project.read("configs/poems.yaml").replace("limit: 3", "limit: 12 # theirs");
  service.project.write("configs/poems.yaml", theirs);
  await save(page).click();
  const clash = page.getByRole("dialog", { name: "Somebody else has changed this config" });
  await expect(clash).toContainText("limit: 12 # theirs");
  await checkAccessibility(page);
  expect(service.project.read("configs/poems.yaml")).toBe(theirs);
  await clash.getByRole("button", { name: "Decide later" }).click();
  await expect(limit).toHaveValue("5");

  await save(page).click();
  await clash.getByRole("button", { name: "Take theirs" }).click();
  await expect(limit).toHaveValue("12");
  await expect(page.getByRole("button", { name: "Saved" })).toBeVisible();
  await limit.fill("6");
  service.project.write("configs/poems.yaml", theirs.replace("12", "13"));
  await save(page).click();
  await clash.getByRole("button", { name: "Keep mine" }).click();
  await expect(clash).toBeHidden();
  expect(service.project.read("configs/poems.yaml")).toContain("limit: 6 # theirs");
});

test("a key becomes a secret, and is nowhere afterwards", async ({ page, service }) => {
  const key = "sk-lighthouse0123456789abcdefKEEPER";
  const watch = new SecretWatch(page, service, key);
  await page.goto("/configs/poems.yaml");
  const model = page.getByRole("group", { name: "Model", exact: true });
  await model.getByLabel("Answers at").selectOption({ label: "An address of your own" });
  await model.getByLabel("Model", { exact: true }).fill("keeper-8b");
  await model.getByRole("textbox", { name: "Base URL" }).fill("http://127.0.0.1:9/v1");
  await model.getByRole("combobox", { name: /^API key/i }).selectOption({ label: "Add a secret …" });
  await model.getByLabel("Key", { exact: true }).fill(key);
  await model.getByLabel("Name of the secret").fill("keeper");
  await model.getByRole("button", { name: "Keep as a secret" }).click();
  await expect(yaml(page, "poems.yaml")).toContainText("api_key: secret://keeper");
  await save(page).click();
  await expect(page.getByRole("button", { name: "Saved" })).toBeVisible();
  expect(service.project.read("configs/poems.yaml")).toContain("api_key: secret://keeper");
  await page.reload();
  await expect(model.getByRole("combobox", { name: /^API key/i })).toHaveValue("secret://keeper");
  await watch.check();
});

test("a config is estimated, previewed and run, and leads to its data", async ({ page, service }) => {
  await page.goto("/configs/poems.yaml");
  await expect(ready(page)).toBeVisible();
  await page.getByRole("button", { name: "Estimate" }).click();
  const estimate = page.getByRole("table", { name: "Estimate" });
  await expect(estimate.getByRole("row", { name: "Calls 3 3 3" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("From 3 of 3 records, really run and kept.")).toBeVisible();
  await expect(page.getByText(/skipped damaged-scan\.pdf/)).toBeVisible();
  await page.getByRole("button", { name: "Close estimate" }).click();

  await page.getByRole("button", { name: "Preview 5" }).click();
  await expect(page.getByText("Came in")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/keepers\.txt|history-of-the-light|letters\//).first()).toBeVisible();
  await checkAccessibility(page);

  await run(page).click();
  const dialog = page.getByRole("dialog", { name: "Start this run" });
  await dialog.getByLabel("Name (optional)").fill("Three poems");
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f]+$/);
  await expect(page.getByRole("heading", { name: "Three poems" })).toBeVisible();
  const id = page.url().split("/").at(-1) ?? "";
  const { figures } = await service.waitForRun(id, ["completed"]);
  await expect(page.getByText(`${figures.rows} rows are ready`)).toBeVisible();
  await page.getByRole("link", { name: "Open the data" }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${id}/samples`));
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("form and text take turns, and a line is found from the form", async ({ page }) => {
    await page.goto("/configs/poems.yaml");
    const text = yaml(page, "poems.yaml");
    await page.getByRole("button", { name: "YAML", exact: true }).click();
    await expect(text).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Limit" })).toBeHidden();
    await page.getByRole("button", { name: "Form", exact: true }).click();
    await page.getByRole("button", { name: "line 6: Limit" }).click();
    await expect(text).toBeFocused();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });
});
