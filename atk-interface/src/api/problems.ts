import type { Mistake, ProblemDetails } from "@/api/schema";

/** An answer that is a problem document (RFC 9457). `code` is stable and for programs, the message is for people. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly mistakes: Mistake[];

  constructor(details: ProblemDetails) {
    super(details.detail || details.title);
    this.status = details.status;
    this.code = details.code;
    this.title = details.title;
    this.mistakes = details.mistakes ?? [];
  }

  /** From the body of an answer; one that is no problem document comes from something between us and the service. */
  static from(body: unknown, status: number): ProblemError {
    if (isProblem(body)) return new ProblemError(body);
    const behindProxy = status >= 502 && status <= 504;
    return new ProblemError({
      type: "about:blank",
      title: behindProxy ? "The service does not answer" : "Unexpected answer",
      status,
      code: behindProxy ? UNREACHABLE : "unexpected-answer",
      detail: behindProxy
        ? "Something in front of the service answered in its place. This page tries again by itself."
        : `The answer has status ${status} and is none that the service gives. Is there a proxy in between?`,
      mistakes: [],
    });
  }
}

const UNREACHABLE = "unreachable";

/** The service could not be asked at all. */
export function unreachable(cause: unknown): ProblemError {
  const error = new ProblemError({
    type: "about:blank",
    title: "The service does not answer",
    status: 0,
    code: UNREACHABLE,
    detail: "The service does not answer. Is ./start.sh still running? This page tries again by itself.",
    mistakes: [],
  });
  error.cause = cause;
  return error;
}

export const isUnreachable = (error: unknown): boolean => error instanceof ProblemError && error.code === UNREACHABLE;

export const isProblemWith = (error: unknown, ...codes: string[]): error is ProblemError =>
  error instanceof ProblemError && codes.includes(error.code);

/** What went wrong, in words, for a line of text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function isProblem(body: unknown): body is ProblemDetails {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body && "status" in body;
}
