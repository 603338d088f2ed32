import { archiveUrl, contentUrl, type Root } from "@/api/files";
import type { Entry } from "@/api/schema";

/** Let the browser fetch it: a folder comes as a zip archive, packed while it is sent. */
export function download(root: Root, entry: Pick<Entry, "kind" | "path" | "name">): void {
  const link = document.createElement("a");
  link.href = entry.kind === "folder" ? archiveUrl(root, entry.path) : contentUrl(root, entry.path);
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}
