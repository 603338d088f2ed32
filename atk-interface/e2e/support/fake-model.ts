import { createServer, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a provider says to a prompt: a text, or a status that is an error. */
type Reply = string | { status: number; message: string };

/** A provider on this machine that says what a test wants, and remembers what it was asked. */
export class FakeModel {
  /** Whole requests, in the order in which they came. */
  readonly asked: string[] = [];
  /** May change while a run goes on. */
  reply: (prompt: string, number: number) => Reply = () => "<poem>A lamp above the water, and a keeper who counts the waves.</poem>";
  delayMs = 0;
  /** After each word of an answer that is asked for as a stream. */
  wordMs = 0;

  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => void this.#answer(body, response));
    });
  }

  static async listening(): Promise<FakeModel> {
    const model = new FakeModel();
    await new Promise<void>((resolve) => model.#server.listen(0, "127.0.0.1", resolve));
    return model;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The fake model does not listen.");
    return `http://127.0.0.1:${address.port}/v1`;
  }

  /** A config of the poems pipeline that asks this model, one call at a time. */
  config(outputDir: string): string {
    return `pipeline: example-pipeline
input_dir: inputs/sample
output_dir: ${outputDir}
chunk_size: 200
model:
  name: fake-model
  base_url: ${this.url}
  concurrency_limit: 1
`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(body: string, response: ServerResponse): Promise<void> {
    if (!body) return void response.writeHead(200, JSON_TYPE).end(JSON.stringify({ object: "list", data: [{ id: "fake-model" }] }));
    this.asked.push(body);
    const reply = this.reply(body, this.asked.length);
    await sleep(this.delayMs);
    if (typeof reply !== "string") return void response.writeHead(reply.status, JSON_TYPE).end(JSON.stringify({ error: { message: reply.message, type: "invalid_request_error" } }));
    if ((JSON.parse(body) as { stream?: boolean }).stream) return this.#stream(reply, response);
    const choice = { index: 0, message: { role: "assistant", content: reply }, finish_reason: "stop" };
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ id: "1", object: "chat.completion", model: "fake-model", choices: [choice], usage: USAGE }));
  }

  async #stream(reply: string, response: ServerResponse): Promise<void> {
    const send = (content: object) => response.write(`data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model: "fake-model", ...content })}\n\n`);
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const word of reply.match(/\s*\S+/g) ?? []) {
      if (response.destroyed) return;
      send({ choices: [{ index: 0, delta: { content: word } }] });
      await sleep(this.wordMs);
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ choices: [], usage: USAGE });
    response.end("data: [DONE]\n\n");
  }
}

const JSON_TYPE = { "content-type": "application/json" };
const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
