export type Level = "bad" | "warn" | "quiet" | "plain";

const LEVELS: readonly (readonly [RegExp, Level])[] = [
  [/\b(ERROR|CRITICAL|FATAL|Traceback)\b|^\w*(Error|Exception):/, "bad"],
  [/\b(WARN|WARNING)\b/, "warn"],
  [/\bDEBUG\b/, "quiet"],
];
/** A level stands near the beginning of its line; further on it is a word like any other. */
const HEAD = 60;

/** How loud a line is. */
export function levelOf(line: string): Level {
  const head = line.slice(0, HEAD);
  return LEVELS.find(([pattern]) => pattern.test(head))?.[1] ?? "plain";
}
