import { eventReader, type StreamEvent } from "@/api/event-stream";
import { ProblemError, unreachable } from "@/api/problems";
import type { AskModel, Message } from "@/api/schema";

/** What a model says, piece by piece, as the service tells it (docs/api). */
export type ChatEvent =
  | { kind: "start"; model: string }
  | { kind: "token" | "thinking"; text: string }
  | { kind: "sources"; items: NonNullable<Message["sources"]> }
  | ({ kind: "end" } & ChatFigures)
  | { kind: "error"; code: string; detail: string };

/** How long an answer took and how much it was; null where the model does not say. */
export type ChatFigures = Required<Pick<Message, "finish" | "seconds" | "first_seconds" | "input_tokens" | "output_tokens">>;

const KINDS = ["start", "token", "thinking", "sources", "end", "error"];

/**
 * Asks a model. Ends with `end` or `error`, also when the connection breaks in the middle.
 *
 * @throws ProblemError when the service refuses the question or cannot be reached; AbortError when it was stopped.
 */
export async function* askModel(body: AskModel, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  let response: Response;
  try {
    response = await fetch("/api/chat", { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
  } catch (cause) {
    throw signal.aborted ? cause : unreachable(cause);
  }
  if (!response.ok || !response.body) {
    const problem: unknown = await response.json().catch(() => null);
    throw ProblemError.from(problem, response.status);
  }
  const read = eventReader();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      for (const event of read(value)) {
        if (!KINDS.includes(event.kind)) continue;
        const told = chatEvent(event);
        yield told;
        if (told.kind === "end" || told.kind === "error") return;
      }
    }
  } catch (cause) {
    if (signal.aborted) throw cause;
  } finally {
    void reader.cancel().catch(() => undefined); // of a stream that broke: it is closed already
  }
  yield { kind: "error", code: "connection-lost", detail: "The connection to the service broke in the middle of the answer. What came until then is here." };
}

const chatEvent = ({ kind, data }: StreamEvent): ChatEvent => ({ ...(JSON.parse(data) as object), kind }) as ChatEvent; // the service's word, see docs/api
