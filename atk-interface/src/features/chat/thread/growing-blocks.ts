import { marked } from "marked";

/** A Markdown text cut into its blocks: paragraphs, lists, code. */
export interface Blocks {
  text: string;
  blocks: readonly string[];
}

export const NO_BLOCKS: Blocks = { text: "", blocks: [] };

/**
 * The blocks of a text, given those of its beginning: only what the last block can become is read again, so that
 * a long answer costs no more per word than a short one. A text that does not go on from there is read whole.
 */
export function grownBlocks(before: Blocks, given: string): Blocks {
  const text = given.replaceAll("\r\n", "\n"); // as the reader does itself
  if (text === before.text) return before;
  const settled = text.startsWith(before.text) ? before.blocks.slice(0, -1) : [];
  const blocks = [...settled];
  const start = lengthOf(settled);
  let blank = "";
  for (const { raw, type } of marked.lexer(text.slice(start))) {
    if (type === "space") blank += raw;
    else {
      blocks.push(blank + raw);
      blank = "";
    }
  }
  // The last one is what is left: the reader tidies a list that has just begun.
  blocks.pop();
  return { text, blocks: [...blocks, text.slice(lengthOf(blocks))] };
}

const lengthOf = (blocks: readonly string[]): number => blocks.reduce((length, block) => length + block.length, 0);
