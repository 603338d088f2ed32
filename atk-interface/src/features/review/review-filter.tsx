import { Search } from "lucide-react";
import { useEffect, useState, type Ref } from "react";
import type { SampleFilter } from "@/api/samples";
import { Select, TextInput } from "@/components/field";

const TYPING_MS = 300;

interface ReviewFilterProps {
  filter: SampleFilter;
  onChange: (change: Partial<SampleFilter>) => void;
  inputRef: Ref<HTMLInputElement>;
}

/** Which rows are shown. */
export const ReviewFilter = ({ filter, onChange, inputRef }: ReviewFilterProps) => (
  <div role="search" className="flex flex-col gap-2 border-b border-line p-3">
    <div className="relative">
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-soft" />
      <Typed inputRef={inputRef} label="Rows that hold a text" most={500} value={filter.text} onChange={(text) => onChange({ text })} className="pl-8!" />
    </div>
    <div className="flex gap-2">
      <Typed label="Rows from a file" hint="File" most={1000} value={filter.file} onChange={(file) => onChange({ file })} className="flex-1" />
      <Select aria-label="Decision" value={filter.decision} onChange={(event) => onChange({ decision: DECISIONS.find(([value]) => value === event.target.value)?.[0] ?? "" })} className="h-9! w-auto!">
        {DECISIONS.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </Select>
    </div>
  </div>
);

const DECISIONS = [
  ["", "All"],
  ["none", "Not reviewed"],
  ["accept", "Accepted"],
  ["edit", "Edited"],
  ["reject", "Rejected"],
] as const;

interface TypedProps {
  label: string;
  /** Where the whole label has no room. */
  hint?: string;
  most: number;
  value: string;
  onChange: (value: string) => void;
  className?: string;
  inputRef?: Ref<HTMLInputElement>;
}

/** A field whose text counts when somebody has stopped typing. */
function Typed({ label, hint = label, most, value, onChange, className, inputRef }: TypedProps) {
  const [typed, setTyped] = useState(value);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), TYPING_MS);
    return () => clearTimeout(timer);
    // `onChange` is another function in each render, and does the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed, value]);
  return (
    <TextInput
      {...(inputRef && { ref: inputRef })}
      type="search"
      aria-label={label}
      placeholder={hint}
      maxLength={most}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && onChange(typed)}
      className={`h-9! ${className ?? ""}`}
    />
  );
}
