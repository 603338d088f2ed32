/** One server-sent event. */
export interface StreamEvent {
  kind: string;
  data: string;
}

/**
 * Takes the text of an event stream in pieces of any size, and gives the events that each piece completes.
 * `EventSource` cannot send a question along; this is the part of it that a POST needs (HTML standard, 9.2.6).
 */
export function eventReader(): (piece: string) => StreamEvent[] {
  let rest = "";
  let kind = "message";
  let data: string[] = [];
  return (piece) => {
    const found: StreamEvent[] = [];
    // A carriage return at the end may be the first half of a line end.
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) found.push({ kind, data: data.join("\n") });
        kind = "message";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") kind = value;
      else if (field === "data") data.push(value);
    }
    return found;
  };
}
