import type { Source } from "@/api/schema";
import { FEWEST, foundIn, piecesOf, sharedRuns } from "@/features/review/shared-words";
import { count } from "@/lib/format";

/** A passage that a row rests on, with the words marked that the row's answers share with it. */
export function Passage({ source, answers }: { source: Source; answers: readonly string[] }) {
  const { file, corpus, page, start, end, licence, chunk, text } = source;
  return (
    <article className="min-w-0">
      <header className="mb-2">
        <h4 className="font-medium break-words">
          {corpus && <span className="text-soft">{corpus} / </span>}
          {file || "A document without a name"}
        </h4>
        <p className="text-sm text-soft tabular-nums">
          {page !== null && page !== undefined && `Page ${count(page)}, `}
          characters {count(start)} to {count(end)} · {licence ? `licence ${licence}` : "no licence stated"}
          {chunk && <> · chunk <code className="font-mono break-all">{chunk}</code></>}
        </p>
      </header>
      {text === null || text === undefined ? (
        <p className="text-soft">The run&apos;s folder does not hold the text of this passage.</p>
      ) : (
        <MarkedPassage text={text} answers={answers} />
      )}
    </article>
  );
}

function MarkedPassage({ text, answers }: { text: string; answers: readonly string[] }) {
  const { found, all } = foundIn(answers, text);
  return (
    <>
      {all > 0 && (
        <p className="mb-2 text-sm text-soft tabular-nums">
          {found > 0
            ? `${count(found)} of ${count(all)} words of the result are found in the text, in runs of ${FEWEST} or more. They are marked; whether the result is right is for you to say.`
            : `The text shares no run of ${FEWEST} words with the result: it may say the same in other words, or not at all.`}
        </p>
      )}
      <p className="border-l-3 border-hue pl-3 break-words whitespace-pre-wrap">
        {piecesOf(text, sharedRuns(text, answers)).map((piece, index) => (piece.marked ? <mark key={index}>{piece.text}</mark> : piece.text))}
      </p>
    </>
  );
}
