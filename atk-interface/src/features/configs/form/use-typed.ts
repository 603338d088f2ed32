import { useState } from "react";

/** What was typed means a value, or is not one yet. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

interface Wish<T> {
  /** The value as the text has it. */
  shown: string;
  read: (typed: string) => Read<T>;
  show: (value: T) => string;
  commit: (value: T) => void;
}

interface Typed {
  readonly text: string;
  /** What was shown when it was typed. */
  readonly before: string;
  /** What is shown once it is in the text; as before, while it is no value. */
  readonly after: string;
}

/**
 * A control whose letters are kept as typed until they make a value: "1." on the way to "1.5" changes nothing.
 * When the text changes from elsewhere, what was typed here is given up.
 */
export function useTyped<T>({ shown, read, show, commit }: Wish<T>) {
  const [typed, setTyped] = useState<Typed | null>(null);
  // From here on `before` would come from elsewhere, by undoing say, and count.
  if (typed && typed.before !== typed.after && shown === typed.after) setTyped({ ...typed, before: shown });
  const own = typed && (shown === typed.before || shown === typed.after) ? typed.text : null;
  const found = own === null || own === shown ? null : read(own);

  const change = (text: string) => {
    const next = read(text);
    setTyped({ text, before: shown, after: next.ok ? show(next.value) : shown });
    if (next.ok) commit(next.value);
  };
  return { text: own ?? shown, change, reason: found && !found.ok ? found.reason : "" };
}
