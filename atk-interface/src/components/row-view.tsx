import clsx from "clsx";
import type { ReactNode } from "react";
import { CodeBlock } from "@/components/code-block";
import { turnsOf, type Turn } from "@/components/row-turns";

interface RowViewProps {
  row: Record<string, unknown>;
  /** Draws the text of a turn: to mark what stands in the source. */
  mark?: (turn: Turn) => ReactNode;
}

const plain = (turn: Turn): ReactNode => turn.text;

/** A row of a dataset as it reads: a conversation, a text, or anything else as JSON. */
export function RowView({ row, mark = plain }: RowViewProps) {
  const turns = turnsOf(row);
  if (!turns) return <CodeBlock text={JSON.stringify(row, null, 2)} label="the row as JSON" />;
  const [only] = turns;
  if (only && turns.length === 1 && only.role === "") return <p className="break-words whitespace-pre-wrap">{mark(only)}</p>;
  return <Turns turns={turns} mark={mark} />;
}

const ROLES: Record<string, string> = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

/** What is said, one after the other; what a model learns to say stands out. */
export function Turns({ turns, mark = plain }: { turns: readonly Turn[]; mark?: RowViewProps["mark"] }) {
  const isPair = turns.length === 2 && turns[0]?.role === "user" && turns[1]?.role === "assistant";
  const nameOf = ({ role, learnt }: Turn) => {
    if (role === "") return learnt ? "Learnt" : "Read, not learnt";
    if (isPair) return role === "user" ? "Question" : "Answer";
    return ROLES[role] ?? role;
  };
  return (
    <ol className="flex flex-col gap-3">
      {turns.map((turn, index) => (
        <li key={index} className={clsx("rounded-xl px-4 py-3", turn.learnt ? "border border-line bg-hue-soft" : "bg-raised", turn.role === "system" && "text-soft")}>
          <p className="mb-0.5 text-sm font-semibold">{nameOf(turn)}</p>
          <div className="break-words whitespace-pre-wrap">{mark(turn)}</div>
        </li>
      ))}
    </ol>
  );
}
