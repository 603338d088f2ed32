import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "./support/test";
import { settled } from "./support/page-state";

/** A folder such as people have: below one another, in several scripts, and one file that takes more than a moment. */
const FILES: Record<string, Uint8Array | string> = {
  "notes.md": "# Notes\n",
  "empty.txt": "",
  "Ärzte und Übel/größe.txt": "Ä\n",
  "日本語/灯台/記録.txt": "灯台\n",
  "with blanks/100 % #1?.txt": "percent, hash, question mark\n",
  "large.txt": randomBytes(11 << 20),
};

let above: string;
test.beforeAll(() => {
  above = mkdtempSync(join(tmpdir(), "atk-e2e-upload-"));
  for (const [path, content] of Object.entries(FILES)) {
    const file = join(above, "archive", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
});
test.afterAll(() => rmSync(above, { recursive: true, force: true }));

/** Every file below a folder with a mark of its content. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1).normalize(), createHash("sha256").update(readFileSync(path)).digest("hex")] as const;
    }),
  );
}

test("a folder is uploaded while the service is killed, and arrives whole; a second time, what is there asks", async ({ page, service, trouble }) => {
  trouble.expect(/status of 409/); // what is there already
  trouble.expect(/ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|FAILED|ABORTED|INCOMPLETE)|status of (503|404)/);
  await page.goto("/inputs");
  await settled(page);
  // The moment at which the service dies is chosen: the second piece of the large file is on its way.
  let pieces = 0;
  await page.route("**/api/uploads/*", async (route) => {
    if (route.request().method() === "PATCH" && (route.request().postDataBuffer()?.length ?? 0) > 1 << 20) pieces += 1;
    if (pieces === 2) {
      pieces += 1;
      await service.kill("api.py");
    }
    await route.continue();
  });
  await page.getByLabel("Folder to upload").setInputFiles(join(above, "archive"));
  const panel = page.getByRole("region", { name: "Uploads" });
  await expect(panel.getByText("The service does not answer. The upload goes on by itself")).toBeVisible();
  await page.unroute("**/api/uploads/*");
  await service.start();
  await expect(panel.getByRole("heading")).toHaveText("Uploaded: 6 of 6", { timeout: 30_000 });
  expect(contents(join(service.project.root, "inputs", "archive"))).toEqual(contents(join(above, "archive")));
  await expect(panel.getByText("input_dir: inputs/archive")).toBeVisible();
  await panel.getByRole("button", { name: "Close the list of uploads" }).click();

  service.project.write("inputs/archive/notes.md", "mine");
  await page.getByLabel("Folder to upload").setInputFiles(join(above, "archive"));
  await expect(panel.getByText("6 files are there already and were not touched.")).toBeVisible();
  expect(service.project.read("inputs/archive/notes.md")).toBe("mine");
  await panel.getByRole("button", { name: "Show the files" }).click();
  await panel.getByRole("button", { name: "Replace notes.md" }).click();
  await panel.getByRole("button", { name: "Skip them all" }).click();
  await expect(panel.getByText("5 skipped")).toBeVisible();
  await expect.poll(() => service.project.read("inputs/archive/notes.md"), { message: "what was replaced is on its way" }).toBe("# Notes\n");
});

test("what cannot be read of a dropped folder is named, and the rest arrives", async ({ page, service }) => {
  await page.goto("/inputs");
  await settled(page);
  // Browsers let no script make such a drop: this is one as they hand it over, with a file that may not be read.
  await page.evaluate(() => {
    const file = (name: string, read: (found: (file: File) => void, failed: (error: unknown) => void) => void) => ({ name, isFile: true, isDirectory: false, file: read });
    const folder = (name: string, entries: object[]) => {
      const batches = [entries, []];
      return { name, isFile: false, isDirectory: true, createReader: () => ({ readEntries: (found: (batch: object[]) => void) => found(batches.shift() ?? []) }) };
    };
    const entry = folder("letters", [
      file("first.txt", (found) => found(new File(["dear keeper"], "first.txt"))),
      file("locked.txt", (_, failed) => failed(new DOMException("no", "NotReadableError"))),
      folder("empty", []),
    ]);
    const drop = new Event("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(drop, "dataTransfer", { value: { types: ["Files"], items: [{ kind: "file", webkitGetAsEntry: () => entry, getAsFile: () => null }] } });
    document.body.dispatchEvent(drop);
  });
  const panel = page.getByRole("region", { name: "Uploads" });
  await expect(panel.getByRole("heading")).toHaveText("1 file could not be uploaded");
  const locked = panel.getByRole("listitem").filter({ hasText: "letters/locked.txt" });
  await expect(locked).toContainText("the browser may not read it: look at its permissions");
  expect(service.project.read("inputs/letters/first.txt")).toBe("dear keeper");
  expect(readdirSync(join(service.project.root, "inputs/letters")).toSorted()).toEqual(["empty", "first.txt"]);
});

test("files are looked into, downloaded, and by keyboard made, renamed and deleted", async ({ page, service }) => {
  service.project.write("inputs/sample/rows.jsonl", '{"question": "Who kept the light?", "answer": "Marit"}\n{"question": "Since when?", "answer": "1871"}\n');
  await page.goto("/inputs/sample");
  await settled(page);
  const grid = page.getByRole("grid", { name: "Entries of sample" });
  const content = (name: string) => page.getByRole("region", { name: `Content of ${name}` });

  await grid.getByRole("row", { name: /rows\.jsonl/ }).click();
  await expect(content("rows.jsonl")).toContainText("2 rows");
  await expect(content("rows.jsonl")).toContainText("Who kept the light?");
  await grid.getByRole("row", { name: /range-survey-1931\.pdf/ }).click();
  await expect(content("range-survey-1931.pdf")).toContainText(/\d+ pages?/);
  await grid.getByRole("row", { name: /keepers\.txt/ }).click();
  await expect(content("keepers.txt").locator("pre")).toContainText(service.project.read("inputs/sample/keepers.txt").slice(0, 40));

  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe("keepers.txt");
  expect(readFileSync(await download.path(), "utf8")).toBe(service.project.read("inputs/sample/keepers.txt"));

  await page.goto("/inputs");
  await settled(page);
  await page.getByRole("button", { name: "More for this folder" }).press("Enter");
  await expect(page.getByRole("menuitem", { name: "New folder" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await page.keyboard.type("Bücher/alt");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/inputs\/B%C3%BCcher\/alt$/);
  expect(readdirSync(join(service.project.root, "inputs/Bücher"))).toEqual(["alt"]);

  await page.goto("/inputs/Bücher");
  const books = page.getByRole("grid", { name: "Entries of Bücher" });
  await books.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("F2");
  await expect(page.getByRole("dialog").getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("neu");
  await page.keyboard.press("Enter");
  await expect(books.getByRole("row", { name: / neu / })).toBeVisible();

  await books.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Delete");
  const question = page.getByRole("dialog", { name: "Delete the folder neu?" });
  await expect(question).toContainText("It is empty.");
  await question.getByRole("button", { name: "Delete folder" }).press("Enter");
  await expect(page.getByText("Nothing in here yet")).toBeVisible();
  expect(readdirSync(join(service.project.root, "inputs/Bücher"))).toEqual([]);
});

test("a folder of 5 000 files has a few rows on the page, and End leads to the last", async ({ page, service }) => {
  for (let index = 1; index <= 5000; index += 1) service.project.write(`inputs/many/${String(index).padStart(4, "0")}.txt`, "x");
  await page.goto("/inputs/many");
  const grid = page.getByRole("grid", { name: "Entries of many" });
  await expect(grid.getByRole("row", { name: /0001\.txt/ })).toBeVisible();
  await expect(page.getByText("5,000 entries")).toBeVisible();
  expect(await grid.getByRole("row").count()).toBeLessThan(150);
  await grid.focus();
  await page.keyboard.press("End");
  await expect(grid.getByRole("row", { name: /5000\.txt/ })).toBeVisible();
  await expect(grid.getByRole("row", { name: /5000\.txt/ })).toBeInViewport();
  expect(await grid.getByRole("row").count()).toBeLessThan(150);
});
