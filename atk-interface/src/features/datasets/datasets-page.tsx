import { useInfiniteQuery } from "@tanstack/react-query";
import { BookOpen } from "lucide-react";
import { useSearchParams } from "react-router";
import { catalogueQuery } from "@/api/dataset-catalogue";
import { ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { SearchInput } from "@/components/search-input";
import { Select } from "@/components/field";
import { ShowMore } from "@/components/show-more";
import { DatasetRow } from "@/features/datasets/dataset-row";
import { fits, kindOf, KINDS } from "@/features/datasets/dataset-kind";
import { counted } from "@/lib/format";

/** What finished runs have made to train on and to evaluate with. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const [kind, search] = [kindOf(params.get("kind")), params.get("q") ?? ""];
  const query = useInfiniteQuery(catalogueQuery({ kind }));
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = all.filter((entry) => fits(entry, search));
  const change = (changes: Record<string, string>) =>
    setParams((before) => new URLSearchParams([...Object.entries({ ...Object.fromEntries(before), ...changes })].filter(([, value]) => value)), { replace: true, preventScrollReset: true });

  return (
    <Page title="Datasets" lead="What your finished runs have made. Look at it, take it elsewhere, or train on it.">
      <div data-quiet className="flex flex-wrap gap-2">
        <SearchInput
          id="datasets-search"
          aria-label="Find a dataset by name, run or format"
          placeholder="Name, run or format"
          className="min-w-40 flex-1 basis-60"
          maxLength={200}
          value={search}
          onChange={(q) => change({ q })}
        />
        <Select aria-label="Kind" className="w-48!" value={kind ?? ""} onChange={(event) => change({ kind: event.target.value })}>
          <option value="">All kinds</option>
          {KINDS.map((look) => (
            <option key={look.kind} value={look.kind}>
              {look.plural}
            </option>
          ))}
        </Select>
      </div>
      <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
        {() =>
          all.length === 0 && !query.hasNextPage ? (
            <NothingYet narrowed={kind !== undefined} />
          ) : (
            <>
              <p role="status" className="text-sm text-soft tabular-nums">
                {shown.length === 0 ? "None of those that are listed fit." : counted(shown.length, "entry", "entries")}
              </p>
              <ul data-quiet aria-label="Datasets" className="flex flex-col gap-2">
                {shown.map((entry) => (
                  <DatasetRow key={`${entry.run} ${entry.file}`} entry={entry} />
                ))}
              </ul>
              <ShowMore query={query} className="flex justify-center">
                Look further back
              </ShowMore>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

const NothingYet = ({ narrowed }: { narrowed: boolean }) => (
  <Empty
    icon={<BookOpen aria-hidden className="size-8" />}
    title={narrowed ? "Nothing of this kind yet" : "No datasets yet"}
    action={
      <ButtonLink to="/pipelines/factual-datagen-pipeline" variant="primary">
        Make data about your documents
      </ButtonLink>
    }
  >
    When a run is completed, its rows are listed here. factual-datagen-pipeline makes folders that are ready to train on, and questions to evaluate with.
  </Empty>
);
