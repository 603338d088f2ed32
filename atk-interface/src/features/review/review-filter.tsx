import { Search } from "lucide-react";
import type { Ref } from "react";
import type { SampleFilter } from "@/api/samples";
import { Select } from "@/components/field";
import { SearchInput } from "@/components/search-input";

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
      <SearchInput ref={inputRef} aria-label="Rows that hold a text" placeholder="Rows that hold a text" maxLength={500} value={filter.text} onChange={(text) => onChange({ text })} className="h-9! pl-8!" />
    </div>
    <div className="flex gap-2">
      <SearchInput aria-label="Rows from a file" placeholder="File" maxLength={1000} value={filter.file} onChange={(file) => onChange({ file })} className="h-9! flex-1" />
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
