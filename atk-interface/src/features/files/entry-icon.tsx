import { Box, File, FileArchive, FileImage, FileText, Folder, Link2Off, Rows3, type LucideIcon } from "lucide-react";
import type { Entry } from "@/api/schema";
import { endingOf } from "@/lib/paths";

const BY_ENDING: Record<string, { icon: LucideIcon; word: string }> = {};
const kinds: [LucideIcon, string, string][] = [
  [FileText, "Text", "txt text md markdown rst log csv tsv json yaml yml toml ini py"],
  [FileText, "Document", "pdf docx pptx epub html htm xhtml"],
  [Rows3, "Rows", "jsonl ndjson parquet"],
  [FileImage, "Image", "png jpg jpeg gif webp avif bmp svg"],
  [FileArchive, "Archive", "zip gz tar xz 7z zst"],
  [Box, "Model", "gguf safetensors bin pt"],
];
for (const [icon, word, endings] of kinds) for (const ending of endings.split(" ")) BY_ENDING[ending] = { icon, word };

/** What kind of thing an entry is, as a picture and a word. */
export function kindOf(entry: Pick<Entry, "kind" | "name">): { icon: LucideIcon; word: string } {
  if (entry.kind === "folder") return { icon: Folder, word: "Folder" };
  if (entry.kind === "file") return BY_ENDING[endingOf(entry.name)] ?? { icon: File, word: "File" };
  return { icon: Link2Off, word: entry.kind === "link" ? "Link that leads out of this folder, or nowhere" : "Something that cannot be opened" };
}

export function EntryIcon({ entry }: { entry: Pick<Entry, "kind" | "name"> }) {
  const { icon: Icon, word } = kindOf(entry);
  return (
    <>
      <Icon aria-hidden className={`size-4.5 shrink-0 ${entry.kind === "folder" ? "fill-current/15 text-ember" : "text-soft"}`} />
      <span className="sr-only">{word} </span>
    </>
  );
}
