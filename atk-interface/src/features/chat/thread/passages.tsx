import { BookOpen } from "lucide-react";
import type { Message } from "@/api/schema";
import { counted } from "@/lib/format";

type Source = NonNullable<Message["sources"]>[number];

const NAMES = ["title", "file", "filename", "path", "source", "name", "document", "id"];
const TEXTS = ["text", "passage", "content", "chunk", "snippet", "quote"];

/** Servers name their fields as they like; these are what they usually call them. */
const firstText = (source: Source, keys: readonly string[]): string =>
  keys.map((key) => source[key]).find((value): value is string => typeof value === "string" && value.trim() !== "") ?? "";

/** The passages that an answer rests on, as the server gave them. */
export function Passages({ sources }: { sources: readonly Source[] }) {
  if (sources.length === 0) return null;
  return (
    <section aria-label="Sources" className="flex flex-col gap-1.5">
      <p className="flex items-center gap-2 text-sm font-semibold">
        <BookOpen aria-hidden className="size-4 text-hue" />
        {counted(sources.length, "source")}
      </p>
      <ol className="flex flex-col gap-1.5">
        {sources.map((source, place) => (
          <Passage key={place} source={source} number={place + 1} />
        ))}
      </ol>
    </section>
  );
}

function Passage({ source, number }: { source: Source; number: number }) {
  const text = firstText(source, TEXTS);
  const name = firstText(source, NAMES) || text.slice(0, 60) || `Source ${number}`;
  const score = typeof source["score"] === "number" ? source["score"] : null;
  return (
    <li>
      <details className="rounded-lg border border-line bg-raised px-3 py-1.5 text-sm">
        <summary className="break-words">
          <span className="font-mono text-soft tabular-nums">[{number}]</span> {name}
          {score !== null && <span className="text-soft tabular-nums"> · score {score.toPrecision(3)}</span>}
        </summary>
        <p className="max-h-72 overflow-auto py-2 whitespace-pre-wrap">{text || JSON.stringify(source, null, 2)}</p>
      </details>
    </li>
  );
}
