// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { forgetDraft, keepDraft, readDraft } from "./drafts";

const PATH = "a/poems.yaml";

describe("unsaved edits of a tab", () => {
  beforeEach(() => sessionStorage.clear());

  it("are there after a reload, until they are saved or discarded", () => {
    keepDraft(PATH, { text: "limit: 4\n", version: "a" });
    expect(readDraft(PATH)).toEqual({ text: "limit: 4\n", version: "a" });
    expect(readDraft("other.yaml")).toBeNull();
    forgetDraft(PATH);
    expect(readDraft(PATH)).toBeNull();
  });

  it("are not kept when they hold a key, and what was kept before goes", () => {
    keepDraft(PATH, { text: "model: x\n", version: "a" });
    keepDraft(PATH, { text: "model: {api_key: hunter2}\n", version: "a" });
    expect(readDraft(PATH)).toBeNull();
    expect(JSON.stringify(sessionStorage)).not.toContain("hunter2");
  });

  it("are none when the storage holds something else", () => {
    sessionStorage.setItem(`atk.draft:${PATH}`, "{");
    expect(readDraft(PATH)).toBeNull();
    sessionStorage.setItem(`atk.draft:${PATH}`, '{"text": 3}');
    expect(readDraft(PATH)).toBeNull();
  });
});
