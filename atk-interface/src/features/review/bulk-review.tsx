import { ListChecks } from "lucide-react";
import { useState } from "react";
import { useBulkReview } from "@/api/reviews";
import type { SampleFilter } from "@/api/samples";
import type { BulkReview as Wish, DatasetInfo } from "@/api/schema";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu } from "@/components/menu";
import { toast, toastProblem } from "@/components/toasts";
import { count, counted } from "@/lib/format";

interface BulkReviewProps {
  run: string;
  dataset: DatasetInfo;
  filter: SampleFilter;
  /** How many rows that fit nobody has decided about; undefined where that is not known. */
  undecided: number | undefined;
}

const WORDS = { accept: { title: "Accept all that fit", did: "accepted" }, reject: { title: "Reject all that fit", did: "rejected" }, undo: { title: "Forget all decisions", did: "back to not reviewed" } };

/** The same decision about all rows that fit the filter. */
export function BulkReview({ run, dataset, filter, undecided }: BulkReviewProps) {
  const [asked, setAsked] = useState<Wish["decision"] | null>(null);
  const bulk = useBulkReview(run);
  const { accept, edit, reject } = dataset.reviewed;
  const reviewed = accept + edit + reject;
  const wish = (decision: Wish["decision"], onlyUndecided: boolean): Wish => ({ dataset: dataset.name, text: filter.text, ignore_case: true, file: filter.file, only_undecided: onlyUndecided, decision, note: "" });

  const takeBack = () => {
    bulk.mutateAsync(wish("undo", false)).then(
      ({ decided }) => toast({ tone: "good", title: `${counted(decided, "row")} back to not reviewed` }),
      (error: unknown) => toastProblem("That could not be taken back", error),
    );
  };
  const decide = async (decision: Wish["decision"]) => {
    const { decided } = await bulk.mutateAsync(wish(decision, decision !== "undo"));
    // Without earlier decisions, forgetting all that fit leads back to exactly what was there.
    const isExact = reviewed === 0 && decision !== "undo" && decided > 0;
    toast({ tone: "good", title: `${counted(decided, "row")} ${WORDS[decision].did}`, ...(isExact && { action: { label: "Take it back", onPress: takeBack } }) });
  };

  const isAll = filter.text === "" && filter.file === "";
  const isPossible = filter.decision === "" || filter.decision === "none";
  const which = isAll ? "of the dataset" : "that fit the filter";
  return (
    <>
      <Menu
        items={[
          { label: isAll ? "Accept all not reviewed" : "Accept all that fit", onSelect: () => setAsked("accept"), disabled: !isPossible },
          { label: isAll ? "Reject all not reviewed" : "Reject all that fit", onSelect: () => setAsked("reject"), disabled: !isPossible, danger: true },
          { label: isAll ? "Forget all decisions" : "Forget decisions of all that fit", onSelect: () => setAsked("undo"), disabled: reviewed === 0 || filter.decision !== "", danger: true },
        ]}
      >
        <Button size="small" icon={<ListChecks aria-hidden className="size-4" />}>
          All rows …
        </Button>
      </Menu>
      {asked !== null && (
        <Confirm open onOpenChange={(open) => !open && setAsked(null)} title={WORDS[asked].title} action={asked === "undo" ? "Forget them" : asked === "accept" ? "Accept them" : "Reject them"} variant={asked === "accept" ? "go" : "danger"} onConfirm={() => decide(asked)}>
          {asked === "undo" ? (
            <p>All rows {which} count as not reviewed again, and their edited forms are not used any more. What was decided stays in their history.</p>
          ) : (
            <>
              <p>
                {undecided === undefined ? `All rows ${which} that nobody has decided about` : `${counted(undecided, "row")} ${which} that nobody has decided about`} will be {WORDS[asked].did}. Rows that somebody has reviewed stay as they are.
              </p>
              <p className="mt-2 text-soft">
                {reviewed === 0
                  ? "You can take this back at once."
                  : `This cannot be taken back by itself: forgetting the decisions of all rows ${which} would also forget those among the ${count(reviewed)} made before.`}
              </p>
            </>
          )}
        </Confirm>
      )}
    </>
  );
}
