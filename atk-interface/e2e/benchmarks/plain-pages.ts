import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";

type Name = "blank" | "field" | "list";

const PAGES: Record<`/${Name}`, string> = {
  "/blank": "<p>Nothing</p>",
  "/field": "<textarea rows=40 cols=100 autofocus></textarea>",
  // As many rows as a list of the interface has on the page, as tall as a million of them.
  "/list": `<div role=log style="height:600px;overflow:auto"><div style="height:15000000px"><div style="position:sticky;top:0"></div></div></div><script>
    const list = document.querySelector("[role=log]"), rows = list.querySelector("[style*=sticky]");
    rows.append(...Array.from({ length: 46 }, () => document.createElement("div")));
    list.onscroll = () => [...rows.children].forEach((row, at) => (row.textContent = "line " + (Math.round(list.scrollTop / 20) + at)));
  </script>`,
};

/** Small pages without anything of ours, served from memory: what the browser needs by itself. */
export class Plain {
  readonly #server: Server;

  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async served(browser: Browser): Promise<Plain> {
    const server = createServer((request, response) => {
      const body = Object.entries(PAGES).find(([path]) => path === request.url)?.[1];
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "text/html" }).end(`<!doctype html><title>Plain</title>${body ?? ""}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Plain(server, browser);
  }

  /** Measures one of them, in a context of its own: nothing is cached, and what is watched elsewhere does not see it. */
  async measure<T>(name: Name, measure: (page: Page) => Promise<T>): Promise<T> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 } });
    try {
      const page = await context.newPage();
      await page.goto(this.#url(name));
      return await measure(page);
    } finally {
      await context.close();
    }
  }

  #url(page: Name): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on a port, not on a pipe
    return `http://127.0.0.1:${port}/${page}`;
  }

  end(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
