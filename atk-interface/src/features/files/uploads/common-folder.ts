import type { UploadItem } from "@/features/files/uploads/upload-item";
import { parentOf } from "@/lib/paths";

/** The innermost folder that everything lies in. */
export function commonFolder(items: readonly Pick<UploadItem, "path" | "kind">[]): string {
  const folders = items.map(({ path, kind }) => (kind === "file" ? parentOf(path) : path).split("/"));
  const [first = [], ...others] = folders;
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && other[same] === first[same]) same += 1;
    length = same;
  }
  return first.slice(0, length).join("/");
}
