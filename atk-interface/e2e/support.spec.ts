import { checkAccessibility } from "./support/accessibility";
import { SecretWatch } from "./support/secret-watch";
import { expect, test } from "./support/test";

test("what pages do wrong is noticed", async ({ page, trouble }) => {
  await page.goto("/");
  await page.evaluate(async () => {
    console.error("a wrong word");
    setTimeout(() => {
      throw new Error("a wrong turn");
    });
    await fetch("http://127.0.0.1:9/").catch(() => undefined);
    document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 'inline'" }));
  });
  await expect.poll(() => trouble.unexpected().join("\n")).toMatch(/a wrong word[\s\S]*a wrong turn/);
  expect(await page.title()).not.toBe("inline");
  for (const wrong of [/wrong (word|turn)/, /Content Security Policy/]) {
    expect(trouble.unexpected().filter((one) => wrong.test(one))).not.toEqual([]);
    trouble.expect(wrong);
  }
});

test("a page elsewhere and a button without a name are noticed", async ({ page, trouble }) => {
  await page.goto("/");
  await page.evaluate(() => {
    const link = Object.assign(document.createElement("a"), { href: "http://127.0.0.1:9/", target: "_blank" });
    document.body.append(document.createElement("button"), link);
    link.click();
  });
  await expect.poll(() => trouble.unexpected()).toContainEqual("request to another origin: http://127.0.0.1:9/");
  trouble.expect(/127\.0\.0\.1:9/);
  await expect(checkAccessibility(page)).rejects.toThrow(/button-name \(critical\)/);
});

test("a secret is found in pages, storage, answers, files and command lines", async ({ page, service }) => {
  const watch = new SecretWatch(page, service, "sk-never-to-be-seen");
  await page.goto("/");
  await watch.check();
  service.project.write("inputs/letter.txt", "the key is sk-never-to-be-seen");
  await page.evaluate(async () => {
    localStorage.setItem("draft", "sk-never-to-be-seen");
    await fetch("/api/files/inputs/preview?path=letter.txt");
  });
  await expect(watch.check()).rejects.toThrow(/answer of .*letter\.txt[\s\S]*storage[\s\S]*letter\.txt/);
});
