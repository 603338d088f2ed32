import { useInfiniteQuery } from "@tanstack/react-query";
import { runsQuery } from "@/api/runs";
import { ButtonLink } from "@/components/button";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { CompareBar } from "@/features/runs/list/compare-bar";
import { FilterBar } from "@/features/runs/list/filter-bar";
import { MoreRuns } from "@/features/runs/list/more-runs";
import { NoneFits, NoRunsYet } from "@/features/runs/list/no-runs";
import { RunRow } from "@/features/runs/list/run-row";
import { filterOf, isNarrowed, useRunsView } from "@/features/runs/list/runs-filter";
import { useListKeys } from "@/features/runs/list/use-list-keys";
import { counted } from "@/lib/format";

/** All runs, also those of the command line. */
export function Component() {
  const [view, change] = useRunsView();
  const query = useInfiniteQuery(runsQuery(filterOf(view)));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = query.data?.pages.at(-1);
  const current = useListKeys(runs);
  const choose = (id: string, isChosen: boolean) => change({ chosen: isChosen ? [...view.chosen, id] : view.chosen.filter((each) => each !== id) });

  return (
    <Page
      title="Runs"
      lead="They go on when this page is closed, and nothing is paid twice."
      actions={
        <ButtonLink to="/pipelines" variant="primary">
          New run
        </ButtonLink>
      }
    >
      <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
        {() => {
          const counts = newest?.counts ?? {};
          const isEmpty = Object.values(counts).every((number) => number === 0);
          if (isEmpty && !isNarrowed(view)) return <NoRunsYet />;
          return (
            <>
              <FilterBar view={view} counts={counts} onChange={change} />
              <p role="status" className="sr-only">
                {counted(newest?.total ?? 0, "run")}
              </p>
              {runs.length === 0 && <NoneFits onClear={() => change({ states: [], text: "", tag: "" })} />}
              <ul data-quiet aria-label="Runs" className="flex flex-col gap-2">
                {runs.map((run) => (
                  <RunRow
                    key={run.id}
                    run={run}
                    isCurrent={run.id === current}
                    isChosen={view.chosen.includes(run.id)}
                    cannotChoose={view.chosen.length >= 2 && !view.chosen.includes(run.id)}
                    onChoose={(isChosen) => choose(run.id, isChosen)}
                    onTag={(tag) => change({ tag })}
                  />
                ))}
              </ul>
              {query.hasNextPage && <MoreRuns left={(newest?.total ?? 0) - runs.length} isFetching={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />}
              <CompareBar chosen={view.chosen} onClear={() => change({ chosen: [] })} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
