import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { runQuery, runsQuery } from "@/api/runs";
import type { Run } from "@/api/schema";
import { TextInput } from "@/components/field";
import { stateWord } from "@/components/state-badge";
import { ago } from "@/lib/format";
import { useNow } from "@/lib/clock";

interface RunPickerProps {
  label: string;
  /** Id of the run that is chosen, or empty. */
  chosen: string;
  /** The other one: a run is not compared with itself. */
  other: string;
  onChoose: (id: string) => void;
}

/** A run, found by typing a part of its name. */
export function RunPicker({ label, chosen, other, onChoose }: RunPickerProps) {
  const id = useId();
  const [typed, setTyped] = useState<string>();
  const [at, setAt] = useState(0);
  const { data: run } = useQuery(runQuery(chosen));
  const isOpen = typed !== undefined;
  const { data } = useInfiniteQuery({ ...runsQuery({ text: typed ?? "" }, 8), enabled: isOpen });
  const found = (data?.pages[0]?.items ?? []).filter((each) => each.id !== other);
  const current = found[Math.min(at, found.length - 1)];

  const choose = (picked: Run) => {
    onChoose(picked.id);
    setTyped(undefined);
  };
  const press = (event: React.KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step) setAt(Math.max(0, Math.min(found.length - 1, at + step)));
    else if (event.key === "Enter" && isOpen && current) choose(current);
    else if (event.key === "Escape") setTyped(undefined);
    else return;
    event.preventDefault();
  };

  return (
    <div className="relative min-w-0 flex-1 basis-64" onKeyDown={press} role="presentation">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <TextInput
        id={id}
        role="combobox"
        autoComplete="off"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && current ? `${id}-${current.id}` : undefined}
        placeholder={run?.name ?? "Type a part of its name"}
        value={typed ?? run?.name ?? ""}
        onFocus={() => setTyped("")}
        onBlur={() => setTyped(undefined)}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
      />
      <div role="listbox" id={`${id}-list`} aria-label={`Runs for ${label}`} className={isOpen ? "absolute inset-x-0 z-30 mt-1 rounded-xl border border-edge bg-panel p-1 shadow-card" : "hidden"}>
        {found.map((each) => (
          <Choice key={each.id} id={`${id}-${each.id}`} run={each} isAt={each.id === current?.id} onChoose={() => choose(each)} />
        ))}
        {found.length === 0 && <p className="px-3 py-2 text-soft">No other run fits.</p>}
      </div>
    </div>
  );
}

function Choice({ id, run, isAt, onChoose }: { id: string; run: Run; isAt: boolean; onChoose: () => void }) {
  const now = useNow();
  return (
    // Pressed down, not clicked: the field would lose the focus, and with it the list, before the click.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the combobox around it
    <div id={id} role="option" tabIndex={-1} aria-selected={isAt} onMouseDown={(event) => event.preventDefault()} onClick={onChoose} className={`cursor-pointer rounded-lg px-3 py-1.5 ${isAt ? "bg-raised" : "hover:bg-raised"}`}>
      <span className="block truncate font-medium">{run.name}</span>
      <span className="block truncate text-sm text-soft">
        {run.pipeline} · {stateWord(run)} · {ago(run.created, now)}
      </span>
    </div>
  );
}
