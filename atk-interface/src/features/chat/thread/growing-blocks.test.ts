import { describe, expect, it } from "vitest";
import { grownBlocks, NO_BLOCKS } from "@/features/chat/thread/growing-blocks";

const TEXT = "# Lamps\n\nA keeper\ncounts waves.\n\n- one\n- two\n\n```py\nprint(1)\n\nprint(2)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.\n";

describe("grownBlocks", () => {
  it.each([1, 3, 8, 40])("cuts a text that comes in pieces of %i characters as it cuts the whole", (size) => {
    let grown = NO_BLOCKS;
    for (let end = size; end < TEXT.length + size; end += size) {
      grown = grownBlocks(grown, TEXT.slice(0, end));
      expect(grown.blocks.join("")).toBe(TEXT.slice(0, end)); // nothing is lost on the way
    }
    expect(grown.blocks.map((block) => block.trim())).toEqual(grownBlocks(NO_BLOCKS, TEXT).blocks.map((block) => block.trim()));
    expect(grown.blocks).toHaveLength(6);
  });

  it("leaves finished blocks as they are", () => {
    const before = grownBlocks(NO_BLOCKS, "One.\n\nTwo.\n\nThr");
    expect(grownBlocks(before, "One.\n\nTwo.\n\nThree.").blocks.slice(0, 2)).toEqual(before.blocks.slice(0, 2));
  });

  it("reads another text anew", () => {
    expect(grownBlocks(grownBlocks(NO_BLOCKS, "One.\n\nTwo."), "Three.").blocks).toEqual(["Three."]);
  });
});
