import { useSearchParams } from "react-router";
import type { LogFile } from "@/api/schema";

export interface LogAddress {
  file: LogFile;
  /** The line that one came for; undefined at the end, where a log is read most. */
  line: number | undefined;
  text: string;
  ignoreCase: boolean;
  wrap: boolean;
}

/** What is shown of a log stands in the address, so that it can be kept, shared and reloaded. Lines count from 1 there, as people count. */
export function useLogAddress(): [LogAddress, (change: Partial<LogAddress>) => void] {
  const [params, setParams] = useSearchParams();
  const line = Number(params.get("line"));
  const address: LogAddress = {
    file: params.get("file") === "console" ? "console" : "log",
    line: Number.isInteger(line) && line > 0 ? line - 1 : undefined,
    text: params.get("find") ?? "",
    ignoreCase: params.get("case") !== "exact",
    wrap: params.get("wrap") === "1",
  };
  const change = (changes: Partial<LogAddress>) => setParams((before) => written(before, changes), { replace: true, preventScrollReset: true });
  return [address, change];
}

function written(before: URLSearchParams, changes: Partial<LogAddress>): URLSearchParams {
  const after = new URLSearchParams(before);
  const put = (key: string, value: string) => (value ? after.set(key, value) : after.delete(key));
  if ("file" in changes) put("file", changes.file === "console" ? "console" : "");
  if ("line" in changes) put("line", changes.line === undefined ? "" : String(changes.line + 1));
  if ("text" in changes) put("find", changes.text ?? "");
  if ("ignoreCase" in changes) put("case", changes.ignoreCase ? "" : "exact");
  if ("wrap" in changes) put("wrap", changes.wrap ? "1" : "");
  return after;
}
