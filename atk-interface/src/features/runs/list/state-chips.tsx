import clsx from "clsx";
import type { State } from "@/api/schema";
import { STATES } from "@/features/runs/list/runs-filter";
import { count } from "@/lib/format";

interface StateChipsProps {
  /** All runs by state. */
  counts: Readonly<Record<string, number>>;
  chosen: readonly State[];
  onChange: (states: State[]) => void;
}

/** How many runs are in each state; pressed, only these are shown. */
export function StateChips({ counts, chosen, onChange }: StateChipsProps) {
  const shown = STATES.filter((state) => (counts[state] ?? 0) > 0 || chosen.includes(state));
  const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const toggle = (state: State) => onChange(chosen.includes(state) ? chosen.filter((each) => each !== state) : [...chosen, state]);
  return (
    <div role="group" aria-label="Show only runs in these states" className="flex flex-wrap gap-1.5">
      <Chip name="All" number={all} isOn={chosen.length === 0} onPress={() => onChange([])} />
      {shown.map((state) => (
        <Chip key={state} name={state} number={counts[state] ?? 0} isOn={chosen.includes(state)} onPress={() => toggle(state)} />
      ))}
    </div>
  );
}

const Chip = ({ name, number, isOn, onPress }: { name: string; number: number; isOn: boolean; onPress: () => void }) => (
  <button
    type="button"
    aria-pressed={isOn}
    onClick={onPress}
    className={clsx(
      "inline-flex h-8 items-center gap-1.5 rounded-full border px-3 text-sm capitalize transition",
      isOn ? "border-ember bg-raised font-semibold" : "border-line bg-panel text-soft hover:border-edge hover:text-text",
    )}
  >
    {name}
    <span className="tabular-nums">{count(number)}</span>
  </button>
);
