import { afterEach, expect, it, vi } from "vitest";
import { askModel, type ChatEvent } from "@/api/chat-stream";
import { ProblemError } from "@/api/problems";

const QUESTION = { target: { kind: "offline" }, messages: [{ role: "user", content: "?" }] } as const;

afterEach(() => vi.unstubAllGlobals());

function serviceAnswers(answer: () => Response | Promise<Response>): void {
  vi.stubGlobal("fetch", answer);
}

async function asked(signal = new AbortController().signal): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of askModel({ ...QUESTION, messages: [...QUESTION.messages] }, signal)) events.push(event);
  return events;
}

it("gives events as they come, up to the end", async () => {
  serviceAnswers(() => new Response('event: start\ndata: {"model":"m"}\n\nevent: token\ndata: {"text":"Hello"}\n\nevent: end\ndata: {"finish":"stop"}\n\nevent: token\ndata: {"text":"later"}\n\n'));
  expect(await asked()).toEqual([{ kind: "start", model: "m" }, { kind: "token", text: "Hello" }, { kind: "end", finish: "stop" }]);
});

it("says so when the connection ends in the middle", async () => {
  serviceAnswers(() => new Response('event: token\ndata: {"text":"Hel"}\n\nevent: tok'));
  const events = await asked();
  expect(events).toHaveLength(2);
  expect(events[1]).toMatchObject({ kind: "error", code: "connection-lost" });
});

it("says so when the connection breaks in the middle", async () => {
  serviceAnswers(() => {
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new TextEncoder().encode('event: token\ndata: {"text":"Hel"}\n\n')),
      pull: (stream) => stream.error(new TypeError("network error")),
    });
    return new Response(body);
  });
  expect((await asked()).at(-1)).toMatchObject({ kind: "error", code: "connection-lost" });
});

it("throws the service's problem when the question is refused", async () => {
  serviceAnswers(() => Response.json({ type: "about:blank", title: "t", status: 409, code: "not-served", detail: "nobody serves it", mistakes: [] }, { status: 409 }));
  await expect(asked()).rejects.toThrow(new ProblemError({ type: "", title: "t", status: 409, code: "not-served", detail: "nobody serves it", mistakes: [] }));
});

it("throws when nobody answers", async () => {
  serviceAnswers(() => Promise.reject(new TypeError("Failed to fetch")));
  await expect(asked()).rejects.toMatchObject({ code: "unreachable" });
});
