import { checkAccessibility } from "./support/accessibility";
import { expect, test } from "./support/test";

const TOKEN = "a-token-of-this-test-alone-0123456789";

test.use({ variables: { ATK_TOKEN: TOKEN } });

test("a service with a token opens to nobody else, and closes again", async ({ page, trouble }) => {
  trouble.expect(/status of 401/); // a wrong token, and what is asked for after signing out
  await page.goto("/runs");
  const token = page.getByRole("textbox", { name: "Token" });
  await expect(token).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await checkAccessibility(page);
  }

  await token.fill("not this one");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText(/not the token of this service/i)).toBeVisible();
  await expect(page.getByRole("heading", { name: "Runs" })).toHaveCount(0);

  await token.fill(TOKEN);
  await token.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible(); // where one wanted to go
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]))).not.toContain(TOKEN);

  await page.goto("/settings#session");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(token).toBeVisible();
  await page.goto("/runs");
  await expect(token).toBeVisible();
});
