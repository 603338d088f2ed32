import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDrop, type DroppedEntry } from "@/lib/drop";

const file = (name: string): DroppedEntry => ({ name, isFile: true, isDirectory: false, file: (found) => found(new File([name], name)) });

const locked = (name: string, error: unknown): DroppedEntry => ({ name, isFile: true, isDirectory: false, file: (_, failed) => failed(error) });

/** A folder that hands over its entries as browsers do: 100 at a time, then none; it may break off. */
function folder(name: string, entries: DroppedEntry[], breakAfter = Infinity): DroppedEntry {
  return {
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => {
      let at = 0;
      return {
        readEntries: (found, failed) => {
          if (at >= breakAfter) {
            failed(new DOMException("", "NotReadableError"));
            return;
          }
          const batch = entries.slice(at, at + 100);
          at += 100;
          queueMicrotask(() => found(batch));
        },
      };
    },
  };
}

const dropped = (...entries: DroppedEntry[]) => readDrop(entries.map((entry) => ({ entry, file: null })));

describe("a drop", () => {
  it("is read beyond the first hundred entries, in order", async () => {
    const names = Array.from({ length: 345 }, (_, index) => `${index}.txt`);
    const { files, problems } = await dropped(folder("many", names.map(file)));
    expect(files.map(({ path }) => path)).toEqual(names.map((name) => `many/${name}`));
    expect(problems).toEqual([]);
  });

  it("keeps empty folders", async () => {
    const { files, emptyFolders } = await dropped(folder("a", [folder("empty", []), file("x"), folder("b", [folder("deep", [])])]));
    expect(emptyFolders).toEqual(["a/empty", "a/b/deep"]);
    expect(files.map(({ path }) => path)).toEqual(["a/x"]);
  });

  it("names what cannot be read, and reads the rest", async () => {
    const gone = new DOMException("", "NotFoundError");
    const { files, problems } = await dropped(folder("a", [locked("gone.txt", gone), file("x"), locked("odd", new Error("it burns"))]), file("y"));
    expect(files.map(({ path }) => path)).toEqual(["a/x", "y"]);
    expect(problems).toEqual([
      { path: "a/gone.txt", reason: "it is gone: it was moved or deleted while it was read" },
      { path: "a/odd", reason: "it burns" },
    ]);
  });

  it("says so when a folder breaks off, and keeps what came before", async () => {
    const names = Array.from({ length: 150 }, (_, index) => `${index}`);
    const { files, problems, emptyFolders } = await dropped(folder("half", names.map(file), 100));
    expect(files).toHaveLength(100);
    expect(emptyFolders).toEqual([]);
    expect(problems).toEqual([{ path: "half", reason: "the browser may not read it: look at its permissions" }]);
  });

  it("takes plain files where the browser knows no entries, and names what is nothing", async () => {
    const { files, problems } = await readDrop([
      { entry: null, file: new File([""], "plain.txt") },
      { entry: null, file: null },
    ]);
    expect(files.map(({ path }) => path)).toEqual(["plain.txt"]);
    expect(problems).toHaveLength(1);
  });

  it("accounts for every leaf of any tree", async () => {
    interface Tree {
      leaves: number;
      broken: number;
      inner: Tree[];
    }
    const tree: (depth?: number) => fc.Arbitrary<Tree> = fc.memo<Tree>((depth): fc.Arbitrary<Tree> => fc.record({ leaves: fc.nat(130), broken: fc.nat(3), inner: depth > 1 ? fc.array(tree(), { maxLength: 3 }) : fc.constant([]) }));
    const build = (name: string, { leaves, broken, inner }: Tree): DroppedEntry =>
      folder(name, [
        ...Array.from({ length: leaves }, (_, index) => file(`f${index}`)),
        ...Array.from({ length: broken }, (_, index) => locked(`x${index}`, new Error("no"))),
        ...inner.map((each, index) => build(`d${index}`, each)),
      ]);
    const sum = (of: (tree: Tree) => number, one: Tree): number => of(one) + one.inner.reduce((total, each) => total + sum(of, each), 0);
    await fc.assert(
      fc.asyncProperty(tree(4), async (one) => {
        const { files, problems, emptyFolders } = await dropped(build("top", one));
        expect(files).toHaveLength(sum(({ leaves }) => leaves, one));
        expect(problems).toHaveLength(sum(({ broken }) => broken, one));
        expect(emptyFolders).toHaveLength(sum(({ leaves, broken, inner }) => Number(leaves + broken + inner.length === 0), one));
        expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
      }),
      { numRuns: 40 },
    );
  });
});
