import type { Page } from "@playwright/test";
import { checkAccessibility, checkContrast } from "./support/accessibility";
import { FakeModel } from "./support/fake-model";
import { expectNoSidewaysScroll } from "./support/page-state";
import { expect, test } from "./support/test";

const SAID = "This is the offline model: it follows rules and knows nothing.";

const question = (page: Page) => page.getByRole("textbox", { name: "Your question" });
const answers = (page: Page) => page.getByRole("article", { name: /^Answer/ });

async function ask(page: Page, text: string): Promise<void> {
  await question(page).fill(text);
  await question(page).press("Enter");
}

/** Ended, and kept by the service: only then can it be rated. */
const answered = (page: Page, number = 0) => expect(answers(page).nth(number).getByRole("button", { name: "Good answer" })).toBeVisible();

test("a conversation streams, survives a reload, is asked again, edited and corrected into a row", async ({ page, service }) => {
  await page.goto("/chat");
  await expect(page.getByRole("heading", { name: "Ask a model what it has learnt" })).toBeVisible();
  await expect(question(page)).toBeFocused();
  await ask(page, "Who keeps the lamp?");
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  await expect(answers(page)).toContainText("You said:"); // while the rest is still to come
  await answered(page);
  await expect(answers(page)).toContainText(SAID);
  await expect(page.getByRole("status").filter({ hasText: "The answer has ended." })).toHaveCount(1);
  await expect(page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: /Who keeps the lamp/ })).toBeVisible();

  await page.reload();
  await expect(answers(page)).toContainText(SAID);
  await checkAccessibility(page);

  await page.getByRole("button", { name: "Ask again for another answer" }).click();
  await expect(answers(page)).toContainText("2 of 2");
  await answers(page).getByRole("button", { name: "Earlier answer" }).click();
  await expect(answers(page)).toContainText("1 of 2");

  await page.getByRole("button", { name: "Edit question" }).click();
  await page.getByRole("textbox", { name: "Question in other words" }).fill("Who keeps the other lamp?");
  await page.getByRole("button", { name: "Ask this instead" }).click();
  await expect(answers(page)).toContainText("You said: Who keeps the other lamp?");
  await answered(page);
  await page.getByRole("button", { name: "Earlier question" }).click();
  await expect(page.getByRole("article", { name: "Earlier answer of offline" })).toContainText("You said: Who keeps the lamp?");
  await page.getByRole("button", { name: "Back to now" }).click();

  await answers(page).getByRole("button", { name: "Bad answer" }).click();
  const dialog = page.getByRole("dialog", { name: "What should it have said?" });
  await dialog.getByRole("textbox", { name: "What is wrong with it" }).fill("It knows nothing.");
  await checkAccessibility(page);
  await dialog.getByRole("button", { name: "Correct it later" }).click();
  await expect(answers(page).getByRole("button", { name: "Bad answer" })).toHaveAttribute("aria-pressed", "true");

  await page.getByRole("navigation", { name: "Parts of chat" }).getByRole("link", { name: "Corrections 1" }).click();
  await expect(page.getByText("What is wrong: It knows nothing.")).toBeVisible();
  await page.getByRole("textbox", { name: "What it should have said" }).fill("The keeper's sister.");
  await checkAccessibility(page);
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await expect(page.getByText("Nothing waits to be corrected")).toBeVisible();
  await page.getByRole("button", { name: "Write accepted as rows" }).click();
  await page.getByRole("textbox", { name: "Name of the file" }).fill("lamp");
  await page.getByRole("button", { name: "Write the file" }).click();
  await expect(page.getByRole("dialog")).toContainText("1 row written");
  const rows = service.project.read("inputs/corrections/lamp.jsonl").trim().split("\n");
  expect(rows).toHaveLength(1);
  expect(JSON.parse(rows[0]!)).toMatchObject({
    messages: [
      { role: "user", content: "Who keeps the other lamp?" },
      { role: "assistant", content: "The keeper's sister." },
    ],
  });
  await page.getByRole("link", { name: "inputs/corrections/lamp.jsonl" }).click();
  await expect(page).toHaveURL(/\/inputs\/corrections$/);
});

test("two models answer the same question side by side, below each other on a phone", async ({ page }) => {
  await page.goto("/chat");
  await page.getByRole("button", { name: "Compare with a second" }).click();
  await ask(page, "Which tower is the oldest?");
  await answered(page, 0);
  await answered(page, 1);
  const [first, second] = await Promise.all([answers(page).nth(0).boundingBox(), answers(page).nth(1).boundingBox()]);
  expect(first!.y).toBe(second!.y);
  expect(second!.x).toBeGreaterThan(first!.x + first!.width);

  await page.getByRole("article", { name: /^Answer 1/ }).getByRole("button", { name: "Ask again for another answer" }).click();
  await expect(page.getByRole("article", { name: /^Answer 1/ })).toContainText("2 of 2");
  await expect(page.getByRole("article", { name: /^Answer 2/ })).toContainText(SAID); // it stayed

  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(page);
  const [above, below] = await Promise.all([answers(page).nth(0).boundingBox(), answers(page).nth(1).boundingBox()]);
  expect(below!.y).toBeGreaterThan(above!.y + above!.height);
  await page.emulateMedia({ colorScheme: "light" });
  await checkContrast(page);

  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByRole("button", { name: /^More about/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete conversation" }).click();
  await expect(page).toHaveURL(/\/chat$/);
  await expect(page.getByText("Conversations are kept here")).toBeVisible();
});

test("an answer that is stopped keeps what came, and what a provider refuses is told in its words", async ({ page, service }) => {
  const model = await FakeModel.listening();
  try {
    model.reply = () => Array.from({ length: 300 }, (_, number) => `word${number}`).join(" ");
    model.wordMs = 100;
    const { error } = await service.api.PUT("/api/settings/providers/{name}", { params: { path: { name: "house" } }, body: { base_url: model.url, secret: "" } });
    expect(error).toBeUndefined();
    await page.goto("/chat");
    await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("house");
    await page.getByRole("combobox", { name: "Model: model of house" }).fill("keeper-7b");
    await ask(page, "What is in the house?");
    await expect(answers(page)).toContainText("word3");
    await question(page).press("Escape");
    await expect(answers(page)).toContainText("Stopped before its end");
    await page.reload();
    await expect(answers(page)).toContainText("Stopped before its end");
    await expect(answers(page)).not.toContainText("word299");

    model.wordMs = 0;
    model.reply = () => ({ status: 429, message: "Too many lamps at once." });
    await ask(page, "And you?");
    await expect(answers(page).nth(1).getByRole("alert")).toContainText("Too many lamps at once.");
    model.reply = () => "The **keeper** is in.";
    await answers(page).nth(1).getByRole("button", { name: "Try again" }).click();
    await expect(answers(page).nth(1).locator("strong")).toHaveText("keeper");
    await expect(answers(page).nth(1)).toContainText("10 tokens · 100 read");
  } finally {
    await service.api.DELETE("/api/settings/providers/{name}", { params: { path: { name: "house" } } });
    model.close();
  }
});
