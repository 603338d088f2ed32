import clsx from "clsx";
import type { ReactNode } from "react";
import { turnsOf, type Turn } from "@/components/row-turns";

interface RowViewProps {
  row: Record<string, unknown>;
  /** Draws the text of a turn: to mark what was searched for, or what stands in the source. */
  mark?: (text: string, turn: Turn) => ReactNode;
}

/** A row of a dataset as it reads: a conversation, a text, or anything else as JSON. */
export function RowView({ row, mark = (text) => text }: RowViewProps) {
  const turns = turnsOf(row);
  if (!turns) return <pre className="overflow-x-auto font-mono text-sm whitespace-pre-wrap">{mark(JSON.stringify(row, null, 2), { role: "json", text: "" })}</pre>;
  return (
    <ol className="flex flex-col gap-3">
      {turns.map((turn, index) => (
        <li key={index} className={clsx("rounded-xl border-l-3 py-0.5 pl-3", isAnswer(turn) ? "border-hue" : "border-line")}>
          <p className={clsx("text-sm font-medium", isAnswer(turn) ? "text-hue" : "text-soft")}>{turn.role}</p>
          <p className="break-words whitespace-pre-wrap">{mark(turn.text, turn)}</p>
        </li>
      ))}
    </ol>
  );
}

/** What the model learns to say. */
const isAnswer = ({ role, trained }: Turn): boolean => trained ?? ["assistant", "output", "text"].includes(role);
