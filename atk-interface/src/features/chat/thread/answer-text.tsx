import { marked } from "marked";
import { memo, useMemo } from "react";
import { Markdown } from "@/components/markdown";

const Block = memo(Markdown);

/**
 * An answer, block by block: while it grows only its last block is drawn anew, so that a long one does not slow the
 * page, and what is marked with the mouse further up stays marked.
 */
export function AnswerText({ text }: { text: string }) {
  const blocks = useMemo(
    () =>
      marked
        .lexer(text)
        .map(({ raw }) => raw)
        .filter((raw) => raw.trim() !== ""),
    [text],
  );
  return (
    <div className="prose-like min-w-0 max-w-none">
      {blocks.map((raw, place) => (
        <Block key={place} text={raw} />
      ))}
    </div>
  );
}
