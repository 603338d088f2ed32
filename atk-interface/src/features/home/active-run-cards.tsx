import { useQuery } from "@tanstack/react-query";
import { activeRunsQuery } from "@/api/runs";
import { RunCard } from "@/components/run-card";

/** Runs going on, or waiting for their turn. */
export function ActiveRunCards() {
  const { data } = useQuery(activeRunsQuery);
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="going-on" className="flex flex-col gap-3">
      <h2 data-quiet id="going-on" className="text-xl font-semibold">
        Going on now
      </h2>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {data.items.map((run) => (
          <li key={run.id}>
            <RunCard run={run} />
          </li>
        ))}
      </ul>
    </section>
  );
}
