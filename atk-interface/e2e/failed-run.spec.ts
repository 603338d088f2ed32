import { FakeModel } from "./support/fake-model";
import { doneOf } from "./support/run-page";
import { expect, test } from "./support/test";

const REFUSED = { status: 401, message: "Incorrect API key provided." };

test("a run with a wrong key says why it failed, keeps its progress, and goes on when the key is right", async ({ page, service }) => {
  const model = await FakeModel.listening();
  try {
    model.delayMs = 150;
    const good = model.reply;
    model.reply = (prompt, number) => (number > 8 ? REFUSED : good(prompt, number));
    service.project.write("configs/fake.yaml", model.config("outputs/refused"));
    const id = await service.startRun({ config: "fake.yaml" });
    await page.goto(`/runs/${id}`);

    const note = page.getByRole("alert").filter({ hasText: "It stopped because of this" });
    await expect(note).toContainText(/401|key/i, { timeout: 20_000 });
    await expect(note).toContainText("Put the cause right, then Resume from here");
    const { progress } = await service.waitForRun(id, ["failed"]);
    expect(progress?.done).toBeGreaterThan(0);
    await expect.poll(() => doneOf(page)).toBe(progress?.done); // never full over a failure
    await page.reload();
    await expect(note).toBeVisible();
    await expect.poll(() => doneOf(page)).toBe(progress?.done);
    await expect(page.locator(".ws-fireworks")).toHaveCount(0);
    await expect(page.getByText(/rows are ready/)).toHaveCount(0);

    model.reply = good;
    model.delayMs = 0;
    const answered = new Set(model.asked.slice(0, 8));
    const before = model.asked.length;
    await page.getByRole("button", { name: "Resume from here" }).click();
    await expect(page.getByText(/\d+ rows are ready/)).toBeVisible({ timeout: 20_000 });
    expect(model.asked.slice(before).filter((each) => answered.has(each)), "calls that are paid for twice").toEqual([]);
  } finally {
    model.close();
  }
});

test("failed records say why and what was answered, and chosen ones are tried again", async ({ page, service }) => {
  const model = await FakeModel.listening();
  try {
    const good = model.reply;
    model.reply = (prompt, number) => (/organ/i.test(prompt) ? "" : good(prompt, number));
    service.project.write("configs/fake.yaml", model.config("outputs/partly"));
    const id = await service.startRun({ config: "fake.yaml" });
    const { figures } = await service.waitForRun(id, ["completed"]);
    expect(figures.failed).toBeGreaterThan(1);

    await page.goto(`/runs/${id}`);
    await page.getByRole("link", { name: new RegExp(`${figures.failed} records failed: see why`) }).click();
    const records = page.getByRole("region", { name: "Failed records" });
    await expect(page.getByRole("group", { name: "Reasons" }).getByRole("button", { name: /All that failed/ })).toContainText(String(figures.failed));
    const one = records.getByRole("listitem").first();
    await one.getByText(/^Try 1/).click();
    await expect(one.getByText(/The model gave no answer|answer of try/).first()).toBeVisible();
    await one.getByRole("checkbox").check();
    await expect(records.getByText("1 chosen")).toBeVisible();

    model.reply = good;
    await page.getByRole("button", { name: "Retry 1 chosen" }).click();
    await expect(page.getByText("1 record asked for again")).toBeVisible();
    const left = figures.failed - 1;
    await expect(page.getByRole("button", { name: `Retry all ${left}` })).toBeVisible({ timeout: 20_000 });
    await page.getByRole("link", { name: "Overview" }).click();
    await expect(page.getByText(`${figures.rows + 1} rows are ready`)).toBeVisible();
  } finally {
    model.close();
  }
});
