import { vi } from "vitest";

type Answers = Record<string, (request: Request, body: unknown) => unknown>;

/** What was asked of the service. */
export interface Asked {
  readonly call: string;
  readonly body: unknown;
}

let answers: Answers = {};
let asked: Asked[] = [];

// The client takes the network as it finds it when it is loaded: import this before anything that uses the client.
vi.stubGlobal("fetch", async (request: Request) => {
  const call = `${request.method} ${new URL(request.url).pathname}`;
  const text = await request.text();
  const body: unknown = text ? JSON.parse(text) : undefined;
  asked.push({ call, body });
  const given = answers[call] ? answers[call](request, body) : problem(404, "not-found");
  if (given instanceof Response) return given;
  return given === undefined ? new Response(null, { status: 204 }) : Response.json(given);
});

/** Answers requests at the network's edge: "GET /api/settings/secrets" with what it gives. Lists what is asked from now on. */
export function fakeService(given: Answers): { asked: readonly Asked[] } {
  answers = given;
  asked = [];
  return { asked };
}

/** An answer that says no. */
export const problem = (status: number, code: string, detail = code): Response =>
  new Response(JSON.stringify({ type: "about:blank", title: code, status, code, detail, mistakes: [] }), { status, headers: { "Content-Type": "application/problem+json" } });
