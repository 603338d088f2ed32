/** What was dropped onto a page: files and whole folders, read to the last branch. Nothing is left out without a word. */

export interface FileToUpload {
  /** Relative to what was dropped, with the names of its folders. */
  path: string;
  file: File;
}

export interface Unreadable {
  path: string;
  reason: string;
}

export interface Gathered {
  files: FileToUpload[];
  /** Folders with nothing in them, which would otherwise be lost. */
  emptyFolders: string[];
  problems: Unreadable[];
}

/** As much of a FileSystemEntry as is needed here. */
export interface DroppedEntry {
  name: string;
  isFile: boolean;
  isDirectory: boolean;
  file?: (found: (file: File) => void, failed: (error: unknown) => void) => void;
  createReader?: () => { readEntries: (found: (entries: DroppedEntry[]) => void, failed: (error: unknown) => void) => void };
}

/** What one item of a drop holds. The browser forgets items when the drop event ends, so take them before any waiting. */
export interface DroppedItem {
  entry: DroppedEntry | null;
  file: File | null;
}

export function takeItems(items: DataTransferItemList): DroppedItem[] {
  return [...items]
    .filter(({ kind }) => kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
}

/** Read everything in the order in which it lies there. `onFound` is told how many files there are so far. */
export async function readDrop(items: readonly DroppedItem[], onFound: (files: number) => void = () => undefined): Promise<Gathered> {
  const gathered: Gathered = { files: [], emptyFolders: [], problems: [] };
  for (const { entry, file } of items) {
    if (entry) await readEntry(entry, "", gathered, onFound);
    else if (file) gathered.files.push({ path: file.name, file });
    else gathered.problems.push({ path: "(something without a name)", reason: "the browser does not let this page read it" });
  }
  onFound(gathered.files.length);
  return gathered;
}

async function readEntry(entry: DroppedEntry, above: string, gathered: Gathered, onFound: (files: number) => void): Promise<void> {
  const path = above ? `${above}/${entry.name}` : entry.name;
  try {
    if (entry.isDirectory) await readFolder(entry, path, gathered, onFound);
    else {
      gathered.files.push({ path, file: await fileOf(entry) });
      if (gathered.files.length % 100 === 0) onFound(gathered.files.length);
    }
  } catch (error) {
    gathered.problems.push({ path, reason: reasonOf(error) });
  }
}

/** Browsers hand over at most 100 entries at a time, and none when there are no more. */
async function readFolder(folder: DroppedEntry, path: string, gathered: Gathered, onFound: (files: number) => void): Promise<void> {
  const reader = folder.createReader?.();
  if (!reader) throw new Error("the browser does not let this page look into it");
  let count = 0;
  for (;;) {
    const batch = await new Promise<DroppedEntry[]>((found, failed) => reader.readEntries(found, failed));
    if (batch.length === 0) break;
    count += batch.length;
    for (const entry of batch) await readEntry(entry, path, gathered, onFound);
  }
  if (count === 0) gathered.emptyFolders.push(path);
}

const fileOf = (entry: DroppedEntry): Promise<File> =>
  new Promise((found, failed) => {
    if (entry.file) entry.file(found, failed);
    else failed(new Error("it is neither a file nor a folder"));
  });

/** Files of `<input type="file">`; of a chosen folder, each with its place in it. */
export const readChosen = (chosen: FileList | null): Gathered => ({
  files: [...(chosen ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })),
  emptyFolders: [],
  problems: [],
});

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotFoundError") return "it is gone: it was moved or deleted while it was read";
  if (name === "NotReadableError" || name === "SecurityError") return "the browser may not read it: look at its permissions";
  return error instanceof Error && error.message ? error.message : "it could not be read";
}
