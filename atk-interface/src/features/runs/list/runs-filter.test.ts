import { expect, it } from "vitest";
import { filterOf, paramsOf, viewOf } from "@/features/runs/list/runs-filter";

it("reads back what it has written", () => {
  const view = { states: ["failed" as const, "lost" as const], text: "poems & co", tag: "a b", sort: "name", chosen: ["0123456789abcdef"] };
  expect(viewOf(paramsOf(view))).toEqual(view);
});
it("leaves out of an address what is none of ours", () => {
  expect(viewOf(new URLSearchParams("state=none&state=failed&state=failed&sort=mood&pick=../x"))).toEqual({ states: ["failed"], text: "", tag: "", sort: "newest", chosen: [] });
});
it("writes nothing for a list as usual, and asks for the newest first", () => {
  const view = viewOf(new URLSearchParams());
  expect(paramsOf(view).toString()).toBe("");
  expect(filterOf(view)).toEqual({ text: "", tag: "", sort: "created", descending: true });
});
