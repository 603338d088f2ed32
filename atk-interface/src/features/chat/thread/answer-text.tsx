import { memo, useState } from "react";
import { Markdown } from "@/components/markdown";
import { grownBlocks, NO_BLOCKS } from "@/features/chat/thread/growing-blocks";

const Block = memo(Markdown);

/**
 * An answer, block by block: while it grows only its last block is drawn anew, so that a long one does not slow the
 * page, and what is marked with the mouse further up stays marked.
 */
export function AnswerText({ text }: { text: string }) {
  const [grown, setGrown] = useState(() => grownBlocks(NO_BLOCKS, text));
  const now = grownBlocks(grown, text);
  if (now !== grown) setGrown(now);
  return (
    <div className="prose-like min-w-0 max-w-none">
      {now.blocks.map((raw, place) => (
        <Block key={place} text={raw} />
      ))}
    </div>
  );
}
