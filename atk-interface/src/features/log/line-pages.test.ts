import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { LinePages, type Lines } from "@/features/log/line-pages";

const BOUNDS = { pageSize: 10, mostPages: 4, mostCharacters: 10_000 };
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A log file that can grow; an answer holds at most `most` lines. */
function logOf(total: number, most = Infinity) {
  const file = { total };
  const load = vi.fn((start: number, count: number): Promise<Lines> =>
    Promise.resolve({ lines: Array.from({ length: Math.max(0, Math.min(count, most, file.total - start)) }, (_, index) => `line ${start + index}`), total: file.total }),
  );
  return { file, load };
}

describe("LinePages", () => {
  it("brings the lines that are looked at, and the next page in the direction of scrolling", async () => {
    const { load } = logOf(1000);
    const pages = new LinePages(load, 1000, BOUNDS);
    pages.want(0, 5);
    await settle();
    expect(pages.line(5)).toBe("line 5");
    pages.want(12, 17);
    await settle();
    expect(load.mock.calls.map(([start]) => start)).toEqual([0, 10, 20]);
    expect(pages.line(25)).toBe("line 25");
    expect(pages.line(500)).toBeUndefined();
  });

  it("holds no more than it may, wherever one scrolls, and always what is in sight", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 990 }), { minLength: 1, maxLength: 30 }), async (tops) => {
        const pages = new LinePages(logOf(1000).load, 1000, BOUNDS);
        for (const top of tops) {
          pages.want(top, top + 9);
          await settle();
          expect(pages.pagesHeld).toBeLessThanOrEqual(BOUNDS.mostPages);
          expect([pages.line(top), pages.line(top + 9)]).toEqual([`line ${top}`, `line ${top + 9}`]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("goes on asking when an answer holds fewer lines than asked for", async () => {
    const { load } = logOf(30, 4);
    const pages = new LinePages(load, 30, BOUNDS);
    pages.want(0, 9);
    await vi.waitFor(() => expect(pages.line(9)).toBe("line 9"));
    expect(load).toHaveBeenCalledTimes(3);
  });

  it("reads the last line again when the file has grown: it may have been half written", async () => {
    const { file, load } = logOf(5);
    const pages = new LinePages(load, 5, BOUNDS);
    pages.want(0, 4);
    await settle();
    file.total = 8;
    pages.setTotal(8);
    pages.want(0, 7);
    await settle();
    expect(load.mock.calls.map(([start, count]) => [start, count])).toEqual([
      [0, 5],
      [4, 4],
    ]);
    expect(pages.line(7)).toBe("line 7");
  });

  it("forgets everything when the file has become shorter: it is another one", async () => {
    const { file, load } = logOf(20);
    const pages = new LinePages(load, 20, BOUNDS);
    pages.want(0, 9);
    await settle();
    file.total = 3;
    pages.setTotal(3);
    expect(pages.line(8)).toBeUndefined();
  });

  it("gives up pages that are no longer looked at", async () => {
    const signals: AbortSignal[] = [];
    const pages = new LinePages((_, __, signal) => new Promise(() => signals.push(signal)), 1000, BOUNDS);
    pages.want(0, 5);
    pages.want(900, 905);
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false]);
  });

  it("says why lines are missing, and asks again only when told to", async () => {
    const load = vi.fn<(start: number) => Promise<Lines>>().mockRejectedValueOnce(new Error("no answer")).mockResolvedValue({ lines: ["one"], total: 1 });
    const pages = new LinePages(load, 1, BOUNDS);
    pages.want(0, 0);
    await settle();
    expect(pages.problem).toEqual(new Error("no answer"));
    pages.want(0, 0);
    expect(load).toHaveBeenCalledTimes(1);
    pages.retry();
    await settle();
    expect(pages.line(0)).toBe("one");
  });
});
