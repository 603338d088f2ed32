import { useInfiniteQuery } from "@tanstack/react-query";
import { Brain } from "lucide-react";
import { modelsQuery } from "@/api/models";
import { ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { kindIn, KindSelect } from "@/components/kind-select";
import { Loaded, Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { ShowMore } from "@/components/show-more";
import { ModelRow } from "@/features/models/model-row";
import { KINDS } from "@/features/models/model-words";
import { useAddress } from "@/lib/address";
import { counted } from "@/lib/format";

/** Models that were trained or exported here, or put below models/. */
export function Component() {
  const [params, change] = useAddress();
  const kind = kindIn(KINDS, params.get("kind"));
  const query = useInfiniteQuery(modelsQuery(kind));
  const models = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <Page
      title="Models"
      lead="What was trained here, how good it is, and a chat with it."
      actions={<KindSelect kinds={KINDS} value={kind} onChange={(chosen) => change({ kind: chosen })} />}
    >
      <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
        {() =>
          models.length === 0 ? (
            <NothingYet narrowed={kind !== undefined} />
          ) : (
            <>
              <p role="status" className="text-sm text-soft tabular-nums">
                {counted(total, "model")}
              </p>
              <ul data-quiet aria-label="Models" className="flex flex-col gap-2">
                {models.map((model) => (
                  <ModelRow key={model.path} model={model} />
                ))}
              </ul>
              <ShowMore query={query} className="flex justify-center" />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

const NothingYet = ({ narrowed }: { narrowed: boolean }) => (
  <Empty
    icon={<Brain aria-hidden className="size-8" />}
    title={narrowed ? "None of this kind yet" : "No models yet"}
    action={
      <ButtonLink to="/datasets" variant="primary">
        Choose data to train on
      </ButtonLink>
    }
  >
    Train on what a run has made: press <em>Train on this</em> at a dataset. A model folder or a .gguf file that you put below models/ is listed here too.
  </Empty>
);
