import { Check, Circle, Pencil, X, type LucideIcon } from "lucide-react";
import type { Sample } from "@/api/schema";

type Shown = "accept" | "reject" | "edit" | "none";

const LOOKS: Record<Shown, { icon: LucideIcon; tone: string; word: string }> = {
  accept: { icon: Check, tone: "text-good", word: "Accepted" },
  edit: { icon: Pencil, tone: "text-info", word: "Edited" },
  reject: { icon: X, tone: "text-bad", word: "Rejected" },
  none: { icon: Circle, tone: "text-soft", word: "Not reviewed" },
};

const shown = (decision: Sample["decision"]): Shown => (decision && decision !== "undo" ? decision : "none");

/** What was decided about a row: a sign and a word. */
export function DecisionMark({ decision, edited = false }: { decision: Sample["decision"]; edited?: boolean }) {
  const { icon: Icon, tone, word } = LOOKS[shown(decision)];
  return (
    <span className={`inline-flex items-center gap-1 text-sm whitespace-nowrap ${tone}`}>
      <Icon aria-hidden className="size-3.5" />
      {word}
      {edited && decision !== "edit" && ", in its edited form"}
    </span>
  );
}
