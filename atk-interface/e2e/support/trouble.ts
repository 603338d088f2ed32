import type { BrowserContext } from "@playwright/test";

/** What no test may leave behind unseen: errors of pages, and requests to other machines. */
export class Trouble {
  readonly #found: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(context: BrowserContext, origin: string) {
    context.on("console", (message) => {
      if (message.type() === "error") this.#found.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#found.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== origin) this.#found.push(`request to another origin: ${request.url()}`);
    });
  }

  /** Says what this test brings about on purpose: `trouble.expect(/ERR_CONNECTION_REFUSED/)` before it kills the service. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  unexpected(): string[] {
    return this.#found.filter((one) => !this.#expected.some((pattern) => pattern.test(one)));
  }
}
