import { useQuery } from "@tanstack/react-query";
import { Sprout } from "lucide-react";
import { useParams } from "react-router";
import { datasetsQuery } from "@/api/datasets";
import { isActive, runQuery } from "@/api/runs";
import type { DatasetList } from "@/api/schema";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { LiveRecords } from "@/features/review/live-records";
import { ReviewPage } from "@/features/review/review-page";
import { useReviewAddress } from "@/features/review/use-review-address";

/** What a run has made: rows to read beside their source, and to decide about. */
export function Component() {
  const { id = "" } = useParams();
  const datasets = useQuery({ ...datasetsQuery(id), refetchInterval: 4_000 }); // somebody else may be reviewing too
  return (
    <Loaded query={datasets} placeholder={<Skeleton className="h-96" />}>
      {(found) => <Made run={id} found={found} />}
    </Loaded>
  );
}

function Made({ run: id, found: { items, stages } }: { run: string; found: DatasetList }) {
  const [address, change] = useReviewAddress();
  const run = useQuery(runQuery(id)).data;
  const goesOn = run !== undefined && isActive(run.state);
  const dataset = items.find(({ name }) => name === address.dataset) ?? items.find(({ rows }) => rows > 0);

  if (dataset) {
    return <ReviewPage key={JSON.stringify([id, dataset.name])} run={run} runId={id} goesOn={goesOn} dataset={dataset} datasets={items} address={address} onChange={change} />;
  }
  if (stages.length > 0) return <LiveRecords run={id} stages={stages} goesOn={goesOn} />;
  return (
    <Empty icon={<Sprout aria-hidden className="size-7" />} title={goesOn ? "Nothing has come out yet" : "This run has made no rows"}>
      {goesOn
        ? "The first records appear here as soon as a stage has finished some. When the run has ended, you accept, reject and edit its rows here, each beside the text it rests on."
        : "A run that ends well leaves datasets here, to be read, accepted and exported. The Log and the Failed tab say why there are none."}
    </Empty>
  );
}
