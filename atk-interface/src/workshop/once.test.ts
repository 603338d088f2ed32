// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const key = "atk.fireworks";
/** A second copy of the module is a second tab: it shares the storage and nothing else. */
async function tab(): Promise<(run: string) => Promise<boolean>> {
  vi.resetModules();
  return (await import("./once")).onceFor;
}

describe("fireworks once", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => vi.unstubAllGlobals());

  it("are for the first who asks", async () => {
    const onceFor = await tab();
    expect(await onceFor("a")).toBe(true);
    expect(await onceFor("a")).toBe(false);
    expect(await onceFor("b")).toBe(true);
  });

  it("are not for another tab, nor after a reload", async () => {
    const one = await tab();
    const other = await tab();
    expect(await one("a")).toBe(true);
    expect(await other("a")).toBe(false);
    expect(await (await tab())("a")).toBe(false);
  });

  it("keep the last 500 runs", async () => {
    localStorage.setItem(key, JSON.stringify(Array.from({ length: 500 }, (_, index) => `old-${index}`)));
    const onceFor = await tab();
    expect(await onceFor("new")).toBe(true);
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]") as string[];
    expect(kept).toHaveLength(500);
    expect(kept.at(-1)).toBe("new");
    expect(kept).not.toContain("old-0");
  });

  it("work with a storage that is forbidden or holds something else", async () => {
    localStorage.setItem(key, "{not json");
    const onceFor = await tab();
    expect(await onceFor("a")).toBe(true);
    vi.stubGlobal("localStorage", {
      getItem: () => { throw new DOMException("denied", "SecurityError"); },
      setItem: () => { throw new DOMException("full", "QuotaExceededError"); },
    });
    expect(await onceFor("b")).toBe(true);
    expect(await onceFor("b")).toBe(false);
  });

  it("are not for a tab that comes second to the lock", async () => {
    vi.stubGlobal("navigator", { locks: { request: (_name: string, _options: object, work: (lock: null) => Promise<void>) => work(null) } });
    expect(await (await tab())("a")).toBe(false);
  });
});
