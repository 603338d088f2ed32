import { useEffect, useRef, useState, type ComponentProps, type KeyboardEvent } from "react";
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
  // The one of the latest render: an older one may know an address that has been changed since.
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  const send = (text: string) => {
    setKnown((before) => ({ ...before, sent: text }));
    latest.current(text);
  };
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => {
      setKnown((before) => ({ ...before, sent: typed }));
      latest.current(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
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
