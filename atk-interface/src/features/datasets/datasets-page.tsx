import { useInfiniteQuery } from "@tanstack/react-query";
import { BookOpen } from "lucide-react";
import { catalogueQuery } from "@/api/dataset-catalogue";
import { ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { kindIn, KindSelect } from "@/components/kind-select";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { SearchInput } from "@/components/search-input";
import { ShowMore } from "@/components/show-more";
import { DatasetRow } from "@/features/datasets/dataset-row";
import { fits, KINDS } from "@/features/datasets/dataset-kind";
import { useAddress } from "@/lib/address";
import { counted } from "@/lib/format";

/** What finished runs have made to train on and to evaluate with. */
export function Component() {
  const [params, change] = useAddress();
  const [kind, search] = [kindIn(KINDS, params.get("kind")), params.get("q") ?? ""];
  const query = useInfiniteQuery(catalogueQuery({ kind }));
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = all.filter((entry) => fits(entry, search));

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
        <KindSelect kinds={KINDS} value={kind} onChange={(chosen) => change({ kind: chosen })} />
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
