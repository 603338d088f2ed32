export interface Lines {
  lines: string[];
  total: number;
}

/** Brings `count` lines from `start` on; fewer when they are very long. */
export type LoadLines = (start: number, count: number, signal: AbortSignal) => Promise<Lines>;

interface Bounds {
  pageSize: number;
  mostPages: number;
  mostCharacters: number;
}

const BOUNDS: Bounds = { pageSize: 500, mostPages: 40, mostCharacters: 12_000_000 };

/**
 * The lines of a log around the place that is looked at, brought in pages, the least recently seen let go first:
 * however long the log, memory stays what it is.
 */
export class LinePages {
  /** In the order in which they were last looked at. A page at the end may be shorter than the others. */
  readonly #pages = new Map<number, string[]>();
  readonly #loading = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();
  readonly #load: LoadLines;
  readonly #bounds: Bounds;
  #wanted = { first: 0, last: -1 };
  #version = 0;
  total: number;
  /** Why lines are missing; nothing is asked for until `retry`. */
  problem: unknown = undefined;

  constructor(load: LoadLines, total = 0, bounds: Partial<Bounds> = {}) {
    this.#load = load;
    this.total = total;
    this.#bounds = { ...BOUNDS, ...bounds };
  }

  /** For React: changes whenever something else is to be seen. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get pagesHeld(): number {
    return this.#pages.size;
  }

  line(number: number): string | undefined {
    const { pageSize } = this.#bounds;
    return this.#pages.get(Math.floor(number / pageSize))?.[number % pageSize];
  }

  /** The file has grown. A shorter one is another file: what was known of the old one is forgotten. */
  setTotal(total: number): void {
    if (total === this.total) return;
    if (total < this.total) this.#forget();
    else if (this.total > 0) {
      // The last line may have been half written when it was read.
      const { pageSize } = this.#bounds;
      const page = Math.floor((this.total - 1) / pageSize);
      this.#loading.get(page)?.abort();
      this.#loading.delete(page);
      this.#pages.get(page)?.splice((this.total - 1) % pageSize);
    }
    this.total = total;
    this.#tell();
    this.want(this.#wanted.first, this.#wanted.last);
  }

  /** Lines are looked at: bring them, and the page that comes next in the direction of scrolling. */
  want(first: number, last: number): void {
    const { pageSize } = this.#bounds;
    const direction = Math.sign(first - this.#wanted.first);
    this.#wanted = { first, last };
    if (last < first || this.problem !== undefined) return;
    const [from, to] = [Math.floor(first / pageSize), Math.floor(last / pageSize)];
    const pages = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    if (direction !== 0) pages.push(direction > 0 ? to + 1 : from - 1);
    for (const [page, controller] of this.#loading) {
      if (pages.includes(page)) continue;
      controller.abort();
      this.#loading.delete(page);
    }
    for (const page of pages) this.#bring(page);
  }

  retry(): void {
    this.problem = undefined;
    this.#tell();
    this.want(this.#wanted.first, this.#wanted.last);
  }

  /** Let go of everything that is under way. */
  close(): void {
    for (const controller of this.#loading.values()) controller.abort();
    this.#loading.clear();
  }

  #missing(page: number): number {
    const { pageSize } = this.#bounds;
    return Math.min(pageSize, this.total - page * pageSize) - (this.#pages.get(page)?.length ?? 0);
  }

  #bring(page: number): void {
    const held = this.#pages.get(page);
    if (held) {
      this.#pages.delete(page);
      this.#pages.set(page, held);
    }
    if (page < 0 || this.#missing(page) <= 0 || this.#loading.has(page)) return;
    const controller = new AbortController();
    this.#loading.set(page, controller);
    this.#fill(page, controller.signal)
      .catch((error: unknown) => {
        if (!controller.signal.aborted) this.problem = error;
      })
      .finally(() => {
        if (this.#loading.get(page) === controller) this.#loading.delete(page);
        this.#tell();
      });
  }

  async #fill(page: number, signal: AbortSignal): Promise<void> {
    const { pageSize } = this.#bounds;
    while (this.#missing(page) > 0) {
      const held = this.#pages.get(page) ?? [];
      const { lines, total } = await this.#load(page * pageSize + held.length, this.#missing(page), signal);
      if (signal.aborted) return;
      if (total < this.total) {
        this.setTotal(total);
        return;
      }
      if (lines.length === 0) return;
      this.#pages.delete(page);
      this.#pages.set(page, [...held, ...lines]);
      this.#shrink(page);
      this.#tell();
    }
  }

  /** Let go of the pages that were looked at longest ago, but never of those on the screen. */
  #shrink(newest: number): void {
    const { pageSize, mostPages, mostCharacters } = this.#bounds;
    const { first, last } = this.#wanted;
    let characters = 0;
    let kept = 0;
    for (const [page, lines] of [...this.#pages].reverse()) {
      characters += lines.reduce((sum, line) => sum + line.length, 0);
      kept += 1;
      const isSeen = (page + 1) * pageSize > first && page * pageSize <= last;
      if ((kept > mostPages || characters > mostCharacters) && !isSeen && page !== newest) this.#pages.delete(page);
    }
  }

  #forget(): void {
    this.close();
    this.#pages.clear();
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
