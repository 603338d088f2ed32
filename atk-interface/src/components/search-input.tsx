import { useEffect, useState, type ComponentProps, type KeyboardEvent } from "react";
import { TextInput } from "@/components/field";

const TYPING_MS = 250;

type SearchInputProps = Omit<ComponentProps<"input">, "value" | "onChange"> & {
  /** What is searched for now. */
  value: string;
  onChange: (value: string) => void;
};

/** A field whose text counts when the typing rests, or with Enter; Escape empties it. It follows a value that is changed elsewhere. */
export function SearchInput({ value, onChange, onKeyDown, ...rest }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState({ value, sent: value });
  if (known.value !== value) {
    // What comes back from here must not overwrite what was typed meanwhile.
    if (value !== known.sent) setTyped(value);
    setKnown({ value, sent: value });
  }
  const send = (text: string) => {
    setKnown((before) => ({ ...before, sent: text }));
    onChange(text);
  };
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => send(typed), TYPING_MS);
    return () => clearTimeout(timer);
    // `send` is another function in each render, and does the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed, value]);

  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Escape") {
      setTyped("");
      if (value !== "") send("");
    } else if (event.key === "Enter" && typed !== value) {
      send(typed);
      return;
    }
    onKeyDown?.(event);
  };
  return <TextInput type="search" {...rest} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={press} />;
}
