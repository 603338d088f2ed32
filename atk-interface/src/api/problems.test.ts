import { describe, expect, it } from "vitest";
import { isProblemWith, isUnreachable, ProblemError, unreachable } from "@/api/problems";

describe("an answer that is an error", () => {
  it("keeps the code and the words of the service", () => {
    const error = ProblemError.from({ type: "about:blank", title: "Conflict", status: 409, code: "not-active", detail: "this run is completed", mistakes: [] }, 409);
    expect([error.message, error.code, error.status]).toEqual(["this run is completed", "not-active", 409]);
    expect(isProblemWith(error, "changed", "not-active")).toBe(true);
  });

  it.each([undefined, "<html>502</html>", { error: "x" }])("of a proxy (%j) counts as a service that does not answer", (body) => {
    expect(isUnreachable(ProblemError.from(body, 502))).toBe(true);
  });

  it("of something unknown says its status", () => {
    const error = ProblemError.from("gone", 418);
    expect(isUnreachable(error)).toBe(false);
    expect(error.message).toContain("418");
  });

  it("keeps what lies behind a service that does not answer", () => {
    const cause = new TypeError("Failed to fetch");
    expect(unreachable(cause).cause).toBe(cause);
  });
});
