import createClient from "openapi-fetch";
import { ProblemError, unreachable } from "@/api/problems";
import type { paths } from "@/api/schema";

/** The service, typed by its own contract (docs/api/openapi.json). Same origin: the login is a cookie that scripts cannot read. */
export const service = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * What the service answered.
 *
 * @throws ProblemError for an answer with a status of 400 or more, and when the service cannot be reached.
 */
export async function answer<T>(request: Promise<Answer<T>>): Promise<T> {
  let given: Answer<T>;
  try {
    given = await request;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachable(cause);
  }
  if (!given.response.ok) throw ProblemError.from(given.error, given.response.status);
  return given.data as T; // openapi-fetch leaves it undefined for 204, where T is undefined too
}
