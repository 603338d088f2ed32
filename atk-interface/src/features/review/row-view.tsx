import clsx from "clsx";
import { CodeBlock } from "@/components/code-block";
import { shapeOf, type Row, type Shape } from "@/features/review/row-shape";
import { piecesOf, sharedRuns } from "@/features/review/shared-words";

/** A row as people read it. Where the source is known, the words that it shares with it are underlined. */
export function RowView({ row, sources }: { row: Row; sources: readonly string[] }) {
  const shape = shapeOf(row);
  if (shape.kind === "other") return <CodeBlock text={JSON.stringify(row, null, 2)} label="the row as JSON" />;
  if (shape.kind === "text") return <Shared text={shape.text} sources={sources} />;
  if (shape.kind === "segments") return <Segments segments={shape.segments} sources={sources} />;
  return <Turns turns={shape.turns} sources={sources} />;
}

const Shared = ({ text, sources }: { text: string; sources: readonly string[] }) => (
  <p className="break-words whitespace-pre-wrap">
    {piecesOf(text, sharedRuns(text, sources)).map((piece, index) =>
      piece.marked ? (
        <span key={index} className="underline decoration-hue decoration-dotted decoration-2 underline-offset-4">
          {piece.text}
        </span>
      ) : (
        piece.text
      ),
    )}
  </p>
);

type Chat = Extract<Shape, { kind: "chat" }>["turns"];

function Turns({ turns, sources }: { turns: Chat; sources: readonly string[] }) {
  const isPair = turns.length === 2 && turns[0]?.role === "user" && turns[1]?.role === "assistant";
  const nameOf = (role: string) => (isPair ? (role === "user" ? "Question" : "Answer") : (NAMES[role] ?? role));
  return (
    <ol className="flex flex-col gap-3">
      {turns.map(({ role, text }, index) => (
        <li key={index} className={clsx("rounded-xl px-4 py-3", role === "assistant" ? "border border-line bg-hue-soft" : "bg-raised", role === "system" && "text-soft")}>
          <p className="mb-0.5 text-sm font-semibold">{nameOf(role)}</p>
          {role === "assistant" ? <Shared text={text} sources={sources} /> : <p className="break-words whitespace-pre-wrap">{text}</p>}
        </li>
      ))}
    </ol>
  );
}

const NAMES: Record<string, string> = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" };

const Segments = ({ segments, sources }: { segments: { text: string; trained: boolean }[]; sources: readonly string[] }) => (
  <ol className="flex flex-col gap-3">
    {segments.map(({ text, trained }, index) => (
      <li key={index} className={clsx("rounded-xl px-4 py-3", trained ? "border border-line bg-hue-soft" : "bg-raised")}>
        <p className="mb-0.5 text-sm font-semibold">{trained ? "Learnt" : "Read, not learnt"}</p>
        {trained ? <Shared text={text} sources={sources} /> : <p className="break-words whitespace-pre-wrap">{text}</p>}
      </li>
    ))}
  </ol>
);
