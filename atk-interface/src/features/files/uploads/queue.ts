import type { Root } from "@/api/files";
import { isProblemWith, messageOf } from "@/api/problems";
import type { UploadTransport } from "@/api/uploads";
import { isUnderWay, type UploadItem } from "@/features/files/uploads/upload-item";
import { patiently, sendFile, type Patience } from "@/features/files/uploads/send-file";
import type { Gathered } from "@/lib/drop";
import { joinPath } from "@/lib/paths";

const AT_ONCE = 3;
const PUBLISH_MS = 100;

/** What is no business of the page: the file, and how far the service has got with it. */
interface Work {
  file: File | null;
  uploadId: string;
  overwrite: boolean;
  abort: AbortController;
}

interface Options {
  transport: UploadTransport;
  pieceBytes?: number;
  wait?: (tries: number, signal: AbortSignal) => Promise<void>;
}

export interface Wish {
  root: Root;
  /** Where to, relative to the root. */
  folder: string;
  gathered: Gathered;
  /** Whether zip archives are unpacked, each into a folder of its name. */
  unpack: boolean;
}

/** Everything that is to be uploaded, three at a time, in order. It lives as long as the tab, whatever page is open. */
export class UploadQueue {
  private readonly options: Options;
  private readonly items = new Map<number, UploadItem>();
  private readonly work = new Map<number, Work>();
  private readonly waiting: number[] = [];
  private readonly listeners = new Set<() => void>();
  /** What was decided for the files of a batch that exist already. */
  private readonly replaceAll = new Map<number, boolean>();
  private shown: readonly UploadItem[] = [];
  private publishing: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  private lastBatch = 0;
  private running = 0;

  constructor(options: Options) {
    this.options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): readonly UploadItem[] => this.shown;

  /** Take up what was chosen or dropped. What could not be read stands among the failed ones, with its reason. */
  add({ root, folder, gathered, unpack }: Wish): void {
    const batch = ++this.lastBatch;
    const put = (path: string, kind: UploadItem["kind"], file: File | null, problem = "") => {
      const id = ++this.lastId;
      const whole = joinPath(folder, path);
      this.items.set(id, { id, batch, root, path: whole, kind, size: file?.size ?? 0, sent: 0, state: problem ? "failed" : "waiting", reason: problem, canRetry: !problem, unpacked: 0 });
      if (problem) return;
      this.work.set(id, { file, uploadId: "", overwrite: false, abort: new AbortController() });
      this.waiting.push(id);
    };
    for (const { path, file } of gathered.files) {
      if (unpack && isArchive(path)) put(path.slice(0, -".zip".length), "archive", file);
      else put(path, "file", file);
    }
    for (const path of gathered.emptyFolders) put(path, "folder", null);
    for (const { path, reason } of gathered.problems) put(path, "file", null, reason);
    this.publishSoon();
    this.startMore();
  }

  cancel(ids: readonly number[]): void {
    for (const id of ids) {
      const item = this.items.get(id);
      const work = this.work.get(id);
      if (!item || !work || item.state === "done") continue;
      work.abort.abort();
      if (work.uploadId) void this.options.transport.forget(work.uploadId).catch(() => undefined); // else the service forgets it within a week
      this.work.delete(id);
      this.change(id, { state: "cancelled", reason: "" });
    }
  }

  /** Once more; what has arrived stays. */
  retry(ids: readonly number[]): void {
    for (const id of ids) {
      const work = this.work.get(id);
      if (!work || this.items.get(id)?.state !== "failed") continue;
      this.requeue(id);
    }
    this.startMore();
  }

  /** What to do with files whose names are taken: these, and all that turn up later in their batch. */
  decide(ids: readonly number[], replace: boolean, alsoLater: boolean): void {
    for (const id of ids) {
      const item = this.items.get(id);
      if (item?.state !== "exists") continue;
      if (alsoLater) this.replaceAll.set(item.batch, replace);
      this.settleExisting(id, replace);
    }
    this.startMore();
  }

  /** Take out what has ended. */
  clear(): void {
    for (const item of this.items.values()) {
      if (isUnderWay(item) || item.state === "exists") continue;
      this.items.delete(item.id);
      this.work.delete(item.id);
    }
    this.publishSoon();
  }

  private settleExisting(id: number, replace: boolean): void {
    const work = this.work.get(id);
    if (replace && work) {
      work.overwrite = true;
      this.requeue(id);
    } else {
      this.work.delete(id);
      this.change(id, { state: "skipped", reason: "" });
    }
  }

  private requeue(id: number): void {
    this.change(id, { state: "waiting", reason: "" });
    this.waiting.push(id);
  }

  private startMore(): void {
    while (this.running < AT_ONCE && this.waiting.length > 0) {
      const id = this.waiting.shift();
      const item = id === undefined ? undefined : this.items.get(id);
      const work = id === undefined ? undefined : this.work.get(id);
      if (item?.state !== "waiting" || !work) continue;
      this.running += 1;
      void this.send(item, work).finally(() => {
        this.running -= 1;
        this.startMore();
      });
    }
  }

  private async send(item: UploadItem, work: Work): Promise<void> {
    const { id } = item;
    this.change(id, { state: "sending" });
    try {
      const unpacked = work.file ? await this.sendOne(item, work, work.file) : await this.makeFolder(item, work);
      this.work.delete(id);
      this.change(id, { state: "done", sent: item.size, unpacked, reason: "" });
    } catch (error) {
      if (work.abort.signal.aborted) return;
      if (isProblemWith(error, "exists") && !work.overwrite) await this.ask(id, work, messageOf(error));
      else this.change(id, { state: "failed", reason: messageOf(error) });
    }
  }

  private async sendOne({ id, root, path, kind }: UploadItem, work: Work, file: File): Promise<number> {
    const upload = await sendFile({
      transport: this.options.transport,
      file,
      wish: { root, path, size: file.size, overwrite: work.overwrite, unpack: kind === "archive" },
      uploadId: work.uploadId,
      ...(this.options.pieceBytes && { pieceBytes: this.options.pieceBytes }),
      onProgress: (found) => {
        work.uploadId = found.id;
        this.change(id, { state: "sending", sent: found.offset, reason: "" });
      },
      ...this.patience(id, work),
    });
    return upload.files;
  }

  private async makeFolder({ id, root, path }: UploadItem, work: Work): Promise<number> {
    await patiently(this.patience(id, work), () => this.options.transport.makeFolder(root, path));
    return 0;
  }

  private patience(id: number, { abort }: Work): Patience {
    return {
      signal: abort.signal,
      onAway: (error) => this.change(id, error === undefined ? { state: "sending", reason: "" } : { state: "away", reason: messageOf(error) }),
      wait: this.options.wait ?? waitLonger,
    };
  }

  /** The name is taken. The service would refuse the upload for ever, so it begins anew once somebody has decided. */
  private async ask(id: number, work: Work, reason: string): Promise<void> {
    if (work.uploadId) await this.options.transport.forget(work.uploadId).catch(() => undefined);
    work.uploadId = "";
    this.change(id, { state: "exists", sent: 0, reason });
    const decided = this.replaceAll.get(this.items.get(id)?.batch ?? 0);
    if (decided !== undefined) this.settleExisting(id, decided);
  }

  private change(id: number, changes: Partial<UploadItem>): void {
    const item = this.items.get(id);
    if (!item || (item.state === "cancelled" && changes.state !== "cancelled")) return;
    this.items.set(id, { ...item, ...changes });
    this.publishSoon();
  }

  /** Many small files end in one second: the page hears of them ten times. */
  private publishSoon(): void {
    this.publishing ??= setTimeout(() => {
      this.publishing = undefined;
      this.shown = [...this.items.values()];
      for (const listener of this.listeners) listener();
    }, PUBLISH_MS);
  }
}

export const isArchive = (path: string): boolean => /\.zip$/i.test(path);

/** 0.5 s, 1 s, 2 s, then every 3 s; at once when the browser is online again. */
const waitLonger = (tries: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(3_000, 500 * 2 ** tries));
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
