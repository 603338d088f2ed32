import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { isActive, runsQuery } from "@/api/runs";
import { RunCard } from "@/components/run-card";

const SHOWN = 6;

/** The latest runs that have come to an end, good or bad. */
export function RecentRuns() {
  const { data } = useInfiniteQuery(runsQuery({ sort: "ended" }, SHOWN));
  const ended = data?.pages[0]?.items.filter(({ state }) => !isActive(state)) ?? [];
  if (ended.length === 0) return null;
  return (
    <section aria-labelledby="recent" className="flex flex-col gap-3">
      <div data-quiet className="flex items-baseline justify-between gap-4">
        <h2 id="recent" className="text-xl font-semibold">
          Latest runs
        </h2>
        <Link to="/runs" className="text-ember underline underline-offset-4">
          All runs
        </Link>
      </div>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {ended.map((run) => (
          <li key={run.id}>
            <RunCard run={run} />
          </li>
        ))}
      </ul>
    </section>
  );
}
