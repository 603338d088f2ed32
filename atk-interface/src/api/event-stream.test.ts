import { describe, expect, it } from "vitest";
import { eventReader } from "@/api/event-stream";

const STREAM = ': hello\n\nevent: start\ndata: {"model":"a"}\n\nevent: token\r\ndata: {"text":"Zwölf"}\r\n\r\ndata: one\ndata: two\n\nevent: nothing\n\n';

describe("eventReader", () => {
  const all = [
    { kind: "start", data: '{"model":"a"}' },
    { kind: "token", data: '{"text":"Zwölf"}' },
    { kind: "message", data: "one\ntwo" },
  ];

  it("reads events, leaves comments and events without data out, and joins lines of data", () => {
    expect(eventReader()(STREAM)).toEqual(all);
  });

  it.each([1, 2, 3, 7, 20])("reads the same from pieces of %i characters", (size) => {
    const read = eventReader();
    const found = [];
    for (let start = 0; start < STREAM.length; start += size) found.push(...read(STREAM.slice(start, start + size)));
    expect(found).toEqual(all);
  });

  it("gives no event that is not complete", () => {
    const read = eventReader();
    expect(read("event: token\ndata: half")).toEqual([]);
    expect(read("\n")).toEqual([]);
    expect(read("\n")).toEqual([{ kind: "token", data: "half" }]);
  });
});
