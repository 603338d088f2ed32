import { X } from "lucide-react";
import { Select } from "@/components/field";
import { SearchInput } from "@/components/search-input";
import { StateChips } from "@/features/runs/list/state-chips";
import { SORTS, type RunsView } from "@/features/runs/list/runs-filter";

interface FilterBarProps {
  view: RunsView;
  counts: Readonly<Record<string, number>>;
  onChange: (changes: Partial<RunsView>) => void;
}

/** Which runs are shown, and in what order. */
export function FilterBar({ view, counts, onChange }: FilterBarProps) {
  return (
    <div data-quiet className="flex flex-col gap-3">
      <StateChips counts={counts} chosen={view.states} onChange={(states) => onChange({ states })} />
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          id="runs-search"
          aria-label="Find a run by name, pipeline or folder"
          placeholder="Name, pipeline or folder"
          className="min-w-40 flex-1 basis-60"
          maxLength={200}
          value={view.text}
          onChange={(text) => onChange({ text })}
        />
        <Select aria-label="Order" className="w-44!" value={view.sort} onChange={(event) => onChange({ sort: event.target.value })}>
          {SORTS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        {view.tag && (
          <button type="button" onClick={() => onChange({ tag: "" })} className="inline-flex h-8 items-center gap-1.5 rounded-full border border-ember bg-raised px-3 text-sm">
            Tag: {view.tag} <X aria-label="Show all tags" className="size-3.5" />
          </button>
        )}
      </div>
    </div>
  );
}
