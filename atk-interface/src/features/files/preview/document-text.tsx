import { TriangleAlert } from "lucide-react";
import type { DocumentPreview } from "@/api/schema";
import { TokenNote } from "@/features/files/preview/token-note";
import { counted } from "@/lib/format";

/** The text of a PDF, Word or EPUB file, as a pipeline will see it, and what of it could not be read. */
export function DocumentText({ parts }: { parts: DocumentPreview[] }) {
  const first = parts[0];
  if (!first) return null;
  const text = parts.map((part) => part.text).join("");
  return (
    <>
      <p className="mb-3 text-sm text-soft">
        {first.title && <strong className="text-text">{first.title} · </strong>}
        {first.pages > 0 && `${counted(first.pages, "page")} · `}
        <TokenNote tokens={first.tokens} />
      </p>
      {first.problem && <Warning title="It has no text that can be read">{first.problem}</Warning>}
      {first.lost && first.lost.length > 0 && (
        <Warning title={`${counted(first.lost.length, "part")} could not be read`}>
          <ul className="list-disc pl-5">
            {first.lost.map((part) => (
              <li key={part}>{part}</li>
            ))}
          </ul>
        </Warning>
      )}
      {text ? <div className="max-w-[72ch] leading-relaxed break-words whitespace-pre-wrap">{text}</div> : !first.problem && <p className="text-soft">It holds no text. Is it made of scanned pages? The PDF pipeline reads those.</p>}
    </>
  );
}

const Warning = ({ title, children }: { title: string; children: React.ReactNode }) => (
  <div className="mb-4 flex gap-2.5 rounded-xl border border-warn p-3 text-sm">
    <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
    <div className="min-w-0 break-words">
      <p className="font-semibold">{title}</p>
      <div>{children}</div>
    </div>
  </div>
);
