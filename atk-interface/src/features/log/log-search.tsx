import { ChevronDown, ChevronUp, Search, X } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { messageOf } from "@/api/problems";
import { Button, IconButton } from "@/components/button";
import { Checkbox } from "@/components/field";
import { SearchInput } from "@/components/search-input";
import { countBefore } from "@/features/log/matches";
import type { Searching } from "@/features/log/use-log-search";
import { count, counted, percent } from "@/lib/format";

interface LogSearchProps {
  inputRef: Ref<HTMLInputElement>;
  text: string;
  ignoreCase: boolean;
  onSearch: (change: { text?: string; ignoreCase?: boolean }) => void;
  searching: Searching;
  /** The match that is stood on. */
  current: number | undefined;
  onStep: (direction: 1 | -1) => void;
}

/** Looks for a text in the whole log, and says how far it has got. */
export function LogSearchBar({ inputRef, text, ignoreCase, onSearch, searching, current, onStep }: LogSearchProps) {
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key !== "Enter") return;
    event.preventDefault();
    onStep(event.shiftKey ? -1 : 1);
  };

  return (
    <div role="search" className="flex min-w-0 flex-1 basis-full flex-wrap items-center gap-x-2 gap-y-1 lg:basis-96">
      <div className="relative min-w-40 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-soft" />
        <SearchInput ref={inputRef} aria-label="Search the log" placeholder="Search the log" maxLength={500} value={text} onChange={(sought) => onSearch({ text: sought })} onKeyDown={press} className="h-8! pl-8!" />
      </div>
      <IconButton label="Previous match" disabled={searching.numbers.length === 0} onClick={() => onStep(-1)} className="size-8!">
        <ChevronUp aria-hidden className="size-4" />
      </IconButton>
      <IconButton label="Next match" disabled={searching.numbers.length === 0} onClick={() => onStep(1)} className="size-8!">
        <ChevronDown aria-hidden className="size-4" />
      </IconButton>
      <Checkbox checked={!ignoreCase} onChange={(event) => onSearch({ ignoreCase: !event.target.checked })} className="text-sm">
        Match case
      </Checkbox>
      {text !== "" && <Standing searching={searching} current={current} />}
    </div>
  );
}

function Standing({ searching, current }: { searching: Searching; current: number | undefined }) {
  const { numbers, scanned, complete, error, stopped } = searching;
  const isOnMatch = current !== undefined && numbers[countBefore(numbers, current)] === current;
  const place = isOnMatch ? `${count(countBefore(numbers, current) + 1)} of ` : "";
  const found = numbers.length === 0 && complete ? "Nothing found" : `${place}${counted(numbers.length, "line")}${complete ? "" : " so far"}`;
  return (
    <span className="flex basis-full items-center gap-2 text-sm text-soft tabular-nums sm:basis-auto">
      <span role="status">
        {error ? messageOf(error) : found}
        {!complete && !error && `, ${percent(scanned)} searched`}
      </span>
      {searching.searching && !stopped ? (
        <IconButton label="Stop searching" onClick={searching.stop} className="size-6!">
          <X aria-hidden className="size-4" />
        </IconButton>
      ) : (
        !complete && (
          <Button size="small" variant="plain" onClick={searching.goOn}>
            Go on
          </Button>
        )
      )}
    </span>
  );
}
