import { act, cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** A media query as Chromium has it: who reads a change before it is reported takes the report away from everybody. */
class Query extends EventTarget {
  #known = false;
  #now = false;

  get matches(): boolean {
    this.#known = this.#now;
    return this.#now;
  }

  change(now: boolean): void {
    this.#now = now;
  }

  /** What the browser does with the next frame. */
  report(): void {
    if (this.#known === this.#now) return;
    this.#known = this.#now;
    this.dispatchEvent(Object.assign(new Event("change"), { matches: this.#now }));
  }
}

let queries: Map<string, Query>;

beforeEach(() => {
  queries = new Map();
  vi.resetModules(); // each test opens the page anew
  vi.stubGlobal("matchMedia", (query: string) => {
    const made = new Query();
    queries.set(query, made);
    return made;
  });
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.unstubAllGlobals();
});

function query(name: string): Query {
  const found = [...queries].find(([text]) => text.includes(name));
  if (!found) throw new Error(`nobody asks for ${name}`);
  return found[1];
}

async function openedPage() {
  const preferences = await import("@/lib/preferences");
  function Shown() {
    return `${preferences.useTheme()} ${preferences.useMotion()}`;
  }
  preferences.watchPreferences();
  const view = render(<Shown />);
  return { preferences, shown: () => view.container.textContent, drawAgain: () => view.rerender(<Shown />) };
}

test("what the system asks for is followed, also when the page is drawn between the change and its report", async () => {
  const { shown, drawAgain } = await openedPage();
  expect(shown()).toBe("light full");
  for (const on of [true, false, true]) {
    for (const name of ["color-scheme", "reduced-motion"]) query(name).change(on);
    drawAgain();
    act(() => {
      for (const name of ["color-scheme", "reduced-motion"]) query(name).report();
    });
    expect(shown()).toBe(on ? "dark off" : "light full");
    expect(document.documentElement.dataset).toMatchObject({ theme: on ? "dark" : "light", motion: on ? "off" : "full" });
  }
});

test("a choice wins over the system's theme, and is kept; reduced motion wins over any choice", async () => {
  const { preferences, shown } = await openedPage();
  act(() => preferences.setPreferences({ theme: "dark", motion: "subtle" }));
  expect(shown()).toBe("dark subtle");
  act(() => {
    query("reduced-motion").change(true);
    query("reduced-motion").report();
  });
  expect(shown()).toBe("dark off");

  cleanup();
  vi.resetModules();
  expect((await openedPage()).shown()).toBe("dark subtle");
});
