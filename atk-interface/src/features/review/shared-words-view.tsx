import { piecesOf, sharedRuns } from "@/features/review/shared-words";

/** A text in which the words that it shares with the source are underlined. */
export const SharedWords = ({ text, sources }: { text: string; sources: readonly string[] }) =>
  piecesOf(text, sharedRuns(text, sources)).map((piece, index) =>
    piece.marked ? (
      <span key={index} className="underline decoration-hue decoration-dotted decoration-2 underline-offset-4">
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
