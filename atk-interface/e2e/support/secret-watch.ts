import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, type Response } from "@playwright/test";
import { commandLine } from "./process-group";
import type { Service } from "./service";

/**
 * Looks out for a secret wherever it must not be. Begin before the secret is typed:
 *
 *     const watch = new SecretWatch(page, service, "sk-...");
 *     ... save it, use it ...
 *     await watch.check();
 */
export class SecretWatch {
  readonly #forms: string[];
  readonly #found: string[] = [];
  readonly #pending: Promise<void>[] = [];

  readonly #page: Page;
  readonly #service: Service;

  constructor(page: Page, service: Service, secret: string) {
    this.#page = page;
    this.#service = service;
    const bytes = Buffer.from(secret);
    this.#forms = [...new Set([secret, encodeURIComponent(secret), bytes.toString("base64").replace(/=+$/, ""), bytes.toString("hex")])];
    page.on("request", (request) => this.#look("address of a request", request.url()));
    page.on("response", (response) => this.#pending.push(this.#lookAt(response)));
    page.on("console", (message) => this.#look("console", message.text()));
  }

  /** Fails when the secret is in the page, its storage, an answer, a log, a file, a command line. */
  async check(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
    this.#look("page", await this.#page.content());
    this.#look("form fields", (await this.#page.locator("input, textarea").evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))).join("\n"));
    this.#look("storage", await this.#page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie])));
    this.#look("address", this.#page.url());
    for (const file of filesBelow(this.#service.project.folder)) this.#look(file, readFileSync(file, "latin1"));
    for (const pid of this.#service.pids()) this.#look(`command line of process ${pid}`, commandLine(pid));
    expect(this.#found, "places where the secret was seen").toEqual([]);
  }

  async #lookAt(response: Response): Promise<void> {
    const type = response.headers()["content-type"] ?? "";
    if (type.includes("event-stream") || isRedirect(response)) return; // streams have no end; the page shows what they bring
    try {
      this.#look(`answer of ${response.url()}`, await response.text());
    } catch {
      // The page left before the answer was there.
    }
  }

  #look(where: string, text: string): void {
    if (this.#forms.some((form) => text.includes(form))) this.#found.push(where);
  }
}

function isRedirect(response: Response): boolean {
  return response.status() >= 300 && response.status() < 400;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
