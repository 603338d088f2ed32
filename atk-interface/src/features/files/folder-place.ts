import type { Root } from "@/api/files";

/** Where somebody is in the folders, as the address says it. */
export interface FolderPlace {
  root: Root;
  /** The folder above which this page does not go, and what it is called. */
  top: string;
  topName: string;
  /** The folder shown, relative to the root. */
  path: string;
  /** Name of the file in it that is shown beside the list. */
  file: string;
  hidden: boolean;
  hrefOf: (path: string, file?: string) => string;
  /** Go there; `from` is the entry that one comes from, to be marked in the list. */
  go: (path: string, file?: string, options?: { replace?: boolean; from?: string }) => void;
  setHidden: (hidden: boolean) => void;
}
