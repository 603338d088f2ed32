import type { TextPreview } from "@/api/schema";
import { TokenNote } from "@/features/files/preview/token-note";
import { bytes } from "@/lib/format";

export function PlainText({ parts }: { parts: TextPreview[] }) {
  const first = parts[0];
  const last = parts.at(-1);
  if (!first || first.size === 0) return <p className="text-soft">The file is empty.</p>;
  return (
    <>
      <p className="mb-3 text-sm text-soft">
        <TokenNote tokens={first.tokens} />
        {last?.next && ` · the first ${bytes(Number(last.next))} of ${bytes(last.size)}`}
      </p>
      <pre className="font-mono text-sm break-words whitespace-pre-wrap">{parts.map(({ text }) => text).join("")}</pre>
    </>
  );
}
