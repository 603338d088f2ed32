import { describe, expect, it } from "vitest";
import { commonFolder } from "@/features/files/uploads/common-folder";

const file = (path: string) => ({ path, kind: "file" as const });

describe("the common folder", () => {
  it("is the innermost one that holds everything", () => {
    expect(commonFolder([file("books/a/1.txt"), file("books/a/2.txt")])).toBe("books/a");
    expect(commonFolder([file("books/a/1.txt"), file("books/ab/2.txt")])).toBe("books");
    expect(commonFolder([file("a.txt"), file("books/b.txt")])).toBe("");
    expect(commonFolder([{ path: "letters", kind: "archive" }])).toBe("letters");
    expect(commonFolder([])).toBe("");
  });
});
