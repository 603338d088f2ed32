import clsx from "clsx";
import type { FailedFilter } from "@/api/failed";
import type { FailedSummary } from "@/api/schema";
import { count } from "@/lib/format";

interface ReasonsProps {
  summary: FailedSummary;
  filter: FailedFilter;
  onChoose: (filter: FailedFilter | null) => void;
}

/** Why records failed, the most frequent reason first; one of them can be chosen. */
export function Reasons({ summary, filter, onChoose }: ReasonsProps) {
  const isAll = !filter.stage && !filter.step && !filter.reason;
  return (
    <div role="group" aria-label="Reasons" className="flex flex-wrap gap-2">
      <Chip chosen={isAll} onChoose={() => onChoose(null)} number={summary.total}>
        All that failed
      </Chip>
      {summary.items.map(({ stage, step, headline, count: number }) => {
        const chosen = filter.stage === stage && filter.step === step && filter.reason === headline;
        return (
          <Chip key={JSON.stringify([stage, step, headline])} chosen={chosen} onChoose={() => onChoose(chosen ? null : { stage, step, reason: headline })} number={number}>
            {headline} <span className="text-soft">in {step || stage}</span>
          </Chip>
        );
      })}
    </div>
  );
}

const Chip = ({ chosen, onChoose, number, children }: { chosen: boolean; onChoose: () => void; number: number; children: React.ReactNode }) => (
  <button
    type="button"
    aria-pressed={chosen}
    onClick={onChoose}
    className={clsx("inline-flex max-w-full items-center gap-2 rounded-full border px-3 py-1 text-left text-sm", chosen ? "border-ember bg-raised font-medium" : "border-line bg-panel hover:border-edge")}
  >
    <span className="min-w-0 break-words">{children}</span>
    <span className="rounded-full bg-raised px-2 tabular-nums">{count(number)}</span>
  </button>
);
