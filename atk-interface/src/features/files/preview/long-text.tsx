import { useState } from "react";
import { count } from "@/lib/format";

const SHORT = 700;

/** Text of which only the beginning shows, until somebody wants it all. */
export function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > SHORT;
  return (
    <p className="break-words whitespace-pre-wrap">
      {cut ? text.slice(0, SHORT) : text}
      {cut && (
        <button type="button" onClick={() => setWhole(true)} className="ml-1 text-sm font-semibold text-ember underline underline-offset-4">
          … {count(text.length - SHORT)} more characters
        </button>
      )}
    </p>
  );
}
