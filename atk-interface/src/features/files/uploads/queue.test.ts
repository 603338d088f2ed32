import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { ProblemError, unreachable } from "@/api/problems";
import type { Upload, UploadRequest } from "@/api/schema";
import type { UploadTransport } from "@/api/uploads";
import { UploadQueue } from "@/features/files/uploads/queue";
import { summarise } from "@/features/files/uploads/upload-item";
import type { Gathered } from "@/lib/drop";

const problem = (code: string, status: number, detail = code) => new ProblemError({ type: "about:blank", title: code, status, code, detail, mistakes: [] });

/** A service in memory that keeps what arrives, and whose connection breaks where it is told to. */
class BreakingService implements UploadTransport {
  readonly files = new Map<string, number[]>();
  readonly folders: string[] = [];
  readonly placed: string[] = [];
  mostAtOnce = 0;
  private readonly parts = new Map<string, { wish: UploadRequest; bytes: number[]; complete: boolean }>();
  private readonly breaks: number[];
  private readonly lostAnswers: Set<number>;
  private sending = 0;
  private received = 0;
  private next = 0;

  /**
   * @param breaks Counts of bytes, of all files together, at which the connection breaks: what came before has arrived.
   * @param lostAnswers Numbers of requests whose work is done, but whose answer gets lost.
   */
  constructor(breaks: number[] = [], lostAnswers = new Set<number>()) {
    this.breaks = breaks;
    this.lostAnswers = lostAnswers;
  }

  private requests = 0;
  private async answered<T>(value: T): Promise<T> {
    await Promise.resolve();
    if (this.lostAnswers.has(++this.requests)) throw unreachable(new Error("reset"));
    return value;
  }

  begin = (wish: UploadRequest): Promise<Upload> => {
    if (this.files.has(wish.path) && !wish.overwrite) return Promise.reject(problem("exists", 409));
    const id = `upload-${++this.next}`;
    this.parts.set(id, { wish, bytes: [], complete: false });
    if (wish.size === 0) this.finish(id);
    return this.answered(this.described(id));
  };

  find = (id: string): Promise<Upload> => (this.parts.has(id) ? this.answered(this.described(id)) : Promise.reject(problem("no-upload", 404)));

  send = async (id: string, offset: number, body: ArrayBuffer): Promise<Upload> => {
    const part = this.parts.get(id);
    if (!part) throw problem("no-upload", 404);
    if (offset !== part.bytes.length) throw problem("wrong-offset", 409);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.sending);
    try {
      for (const byte of new Uint8Array(body)) {
        const at = this.breaks.indexOf(this.received);
        if (at >= 0) {
          this.breaks.splice(at, 1);
          throw unreachable(new Error("reset"));
        }
        await Promise.resolve();
        part.bytes.push(byte);
        this.received += 1;
      }
      if (part.bytes.length === part.wish.size) this.finish(id);
      return await this.answered(this.described(id));
    } finally {
      this.sending -= 1;
    }
  };

  forget = (id: string): Promise<void> => {
    this.parts.delete(id);
    return Promise.resolve();
  };

  makeFolder = (_: string, path: string): Promise<void> => {
    this.folders.push(path);
    return Promise.resolve();
  };

  private finish(id: string): void {
    const part = this.parts.get(id)!;
    part.complete = true;
    this.files.set(part.wish.path, part.bytes);
    this.placed.push(part.wish.path);
  }

  private described(id: string): Upload {
    const { wish, bytes, complete } = this.parts.get(id)!;
    return { id, root: wish.root, path: wish.path, size: wish.size, offset: bytes.length, complete, overwrite: wish.overwrite, unpack: wish.unpack, files: wish.unpack ? 2 : 0 };
  }
}

const gathered = (files: Record<string, Uint8Array>, more: Partial<Gathered> = {}): Gathered => ({
  files: Object.entries(files).map(([path, bytes]) => ({ path, file: new File([new Uint8Array(bytes)], path) })),
  emptyFolders: [],
  problems: [],
  ...more,
});

const queueOver = (transport: UploadTransport, pieceBytes = 7) => new UploadQueue({ transport, pieceBytes, wait: () => Promise.resolve() });

const settled = (queue: UploadQueue) =>
  vi.waitFor(
    () => {
      const summary = summarise(queue.snapshot());
      expect(summary.total).toBeGreaterThan(0);
      expect(summary.underWay).toBe(0);
      return summary;
    },
    { timeout: 4_000, interval: 10 },
  );

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("the upload queue", () => {
  it("brings every byte once and in order, wherever the connection breaks and whichever answers get lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(200), { maxLength: 12 }),
        fc.array(fc.nat(40), { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        async (contents, breaks, lost, piece) => {
          const service = new BreakingService(breaks, new Set(lost));
          const queue = queueOver(service, piece);
          const files = Object.fromEntries(contents.map((bytes, index) => [`f${index}`, bytes]));
          queue.add({ root: "inputs", folder: "to", gathered: gathered(files), unpack: false });
          const { done } = await settled(queue);
          expect(done).toBe(contents.length);
          for (const [name, bytes] of Object.entries(files)) expect(service.files.get(`to/${name}`)).toEqual([...bytes]);
          expect(service.placed).toHaveLength(contents.length);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);

  it("sends three at once, no more, and counts to the end", async () => {
    const service = new BreakingService();
    const queue = queueOver(service);
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, bytesOf("some text that takes pieces")]));
    queue.add({ root: "inputs", folder: "", gathered: gathered(files), unpack: false });
    const summary = await settled(queue);
    expect(service.mostAtOnce).toBe(3);
    expect(summary).toMatchObject({ done: 20, failed: 0, bytes: 20 * 27, sent: 20 * 27 });
  });

  it("names what could not be read, makes empty folders and uploads the rest", async () => {
    const service = new BreakingService();
    const queue = queueOver(service);
    queue.add({ root: "inputs", folder: "to", gathered: gathered({ "a.txt": bytesOf("a"), "none.txt": bytesOf("") }, { emptyFolders: ["e/f"], problems: [{ path: "x", reason: "locked" }] }), unpack: false });
    expect(await settled(queue)).toMatchObject({ done: 3, failed: 1 });
    expect(service.folders).toEqual(["to/e/f"]);
    expect(queue.snapshot().find(({ state }) => state === "failed")).toMatchObject({ path: "to/x", reason: "locked" });
  });

  it("asks before it replaces, and does for the rest what was said", async () => {
    const service = new BreakingService();
    service.files.set("a", [1]);
    service.files.set("b", [1]);
    const queue = queueOver(service);
    queue.add({ root: "inputs", folder: "", gathered: gathered({ a: bytesOf("A"), b: bytesOf("B"), c: bytesOf("C") }), unpack: false });
    expect(await settled(queue)).toMatchObject({ done: 1, existing: 2 });
    const [first, second] = queue.snapshot();
    queue.decide([first!.id], true, false);
    await vi.waitFor(() => expect(summarise(queue.snapshot())).toMatchObject({ done: 2, existing: 1 }));
    queue.decide([second!.id], false, true);
    await vi.waitFor(() => expect(summarise(queue.snapshot())).toMatchObject({ done: 2, skipped: 1, existing: 0 }));
    expect(service.files.get("a")).toEqual([...bytesOf("A")]);
    expect(service.files.get("b")).toEqual([1]);
  });

  it("says why something was refused, and goes on where it stopped when asked again", async () => {
    const service = new BreakingService();
    const send = service.send;
    let full = true;
    const offsets: number[] = [];
    service.send = (id, offset, bytes) => {
      offsets.push(offset);
      return offset >= 7 && full ? Promise.reject(problem("disk-full", 413, "no room")) : send(id, offset, bytes);
    };
    const queue = queueOver(service);
    queue.add({ root: "inputs", folder: "", gathered: gathered({ a: bytesOf("twenty bytes of text") }), unpack: false });
    expect(await settled(queue)).toMatchObject({ failed: 1, sent: 7 });
    expect(queue.snapshot()[0]).toMatchObject({ state: "failed", reason: "no room" });
    full = false;
    queue.retry(queue.snapshot().map(({ id }) => id));
    await vi.waitFor(() => expect(summarise(queue.snapshot()).done).toBe(1));
    expect(offsets).toEqual([0, 7, 7, 14]);
  });

  it("stops what was cancelled and forgets what had arrived of it", async () => {
    const service = new BreakingService();
    const forgotten = vi.spyOn(service, "forget");
    const never = new Promise<Upload>(() => undefined);
    service.send = () => never;
    const queue = queueOver(service);
    queue.add({ root: "inputs", folder: "", gathered: gathered({ a: bytesOf("A"), b: bytesOf("B") }), unpack: false });
    await vi.waitFor(() => expect(queue.snapshot().map(({ state }) => state)).toEqual(["sending", "sending"]));
    queue.cancel(queue.snapshot().map(({ id }) => id));
    expect(await settled(queue)).toMatchObject({ cancelled: 2, bytes: 0 });
    expect(forgotten).toHaveBeenCalledTimes(2);
    queue.clear();
    await vi.waitFor(() => expect(queue.snapshot()).toEqual([]));
  });

  it("unpacks archives into a folder of their name, when asked to", async () => {
    const service = new BreakingService();
    const queue = queueOver(service);
    queue.add({ root: "inputs", folder: "to", gathered: gathered({ "letters.ZIP": bytesOf("zip"), "a.txt": bytesOf("a") }), unpack: true });
    expect(await settled(queue)).toMatchObject({ done: 2 });
    expect([...service.files.keys()].sort()).toEqual(["to/a.txt", "to/letters"]);
    expect(queue.snapshot()[0]).toMatchObject({ kind: "archive", unpacked: 2 });
  });
});
