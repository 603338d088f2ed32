import { counted } from "@/lib/format";

/** Kinds of trouble with a provider that were waited out, as the service names them, in words. */
const WORDS: Record<string, string> = {
  "429": "asked to slow down",
  timeout: "no answer in time",
  connection: "connection broken",
  body: "answer unreadable",
};

/** {"429": 3, "503": 1} -> ["asked to slow down: 3 times", "provider overloaded (503): once"]. */
export const troublesInWords = (troubles: Readonly<Record<string, number>> = {}): string[] =>
  Object.entries(troubles)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => `${WORDS[kind] ?? ofStatus(kind)}: ${times === 1 ? "once" : counted(times, "time")}`);

const ofStatus = (kind: string): string => (/^5\d\d$/.test(kind) ? `provider in trouble (${kind})` : `trouble of the kind ${kind}`);
