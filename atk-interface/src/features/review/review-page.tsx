import { FileDown } from "lucide-react";
import { useState } from "react";
import type { DatasetInfo, RunDetails } from "@/api/schema";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { BulkReview } from "@/features/review/bulk-review";
import { ExportDialog } from "@/features/review/export-dialog";
import { ReviewDesk } from "@/features/review/review-desk";
import { ReviewProgress } from "@/features/review/review-progress";
import type { ReviewAddress } from "@/features/review/use-review-address";
import { useSampleList } from "@/features/review/use-sample-list";
import { compact, counted } from "@/lib/format";

interface ReviewPageProps {
  run: RunDetails | undefined;
  runId: string;
  goesOn: boolean;
  dataset: DatasetInfo;
  datasets: DatasetInfo[];
  address: ReviewAddress;
  onChange: (change: Partial<ReviewAddress>) => void;
}

/** One dataset, to be read and decided about. */
export function ReviewPage({ run, runId, goesOn, dataset, datasets, address, onChange }: ReviewPageProps) {
  const [exporting, setExporting] = useState(false);
  const { text, file, decision } = address;
  const filter = { dataset: dataset.name, text, file, decision };
  const rows = useSampleList(runId, filter, dataset.reviewed);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div data-quiet className="flex flex-wrap items-end gap-x-5 gap-y-3">
        <label className="flex min-w-0 flex-col gap-1 text-sm font-medium">
          Dataset
          <Select value={dataset.name} onChange={(event) => onChange({ dataset: event.target.value, row: "" })} className="h-9! w-auto! max-w-full">
            {datasets.map(({ name, rows: number, tokens, reviewed }) => (
              <option key={name} value={name}>
                {[name, counted(number, "row"), ...(tokens > 0 ? [`${compact(tokens)} tokens`] : []), `${compact(reviewed.accept + reviewed.edit + reviewed.reject)} reviewed`].join(" · ")}
              </option>
            ))}
          </Select>
        </label>
        <ReviewProgress dataset={dataset} />
        <div className="flex flex-wrap gap-2">
          <BulkReview run={runId} dataset={dataset} filter={filter} undecided={undecidedOf(dataset, filter, rows)} />
          <Button size="small" icon={<FileDown aria-hidden className="size-4" />} onClick={() => setExporting(true)}>
            Export …
          </Button>
        </div>
      </div>
      <ReviewDesk runId={runId} goesOn={goesOn} dataset={dataset} rows={rows} address={{ ...address, dataset: dataset.name }} onChange={onChange} />
      {exporting && <ExportDialog run={runId} folder={run?.folder ?? ""} dataset={dataset} onClose={() => setExporting(false)} />}
    </div>
  );
}

/** How many rows that fit nobody has decided about; undefined where the list does not hold all of them. */
function undecidedOf(dataset: DatasetInfo, filter: { text: string; file: string }, rows: ReturnType<typeof useSampleList>): number | undefined {
  const { accept, edit, reject } = dataset.reviewed;
  if (filter.text === "" && filter.file === "") return Math.max(0, dataset.rows - accept - edit - reject);
  if (!rows.complete) return undefined;
  const all = Array.from({ length: rows.count }, (_, index) => rows.at(index));
  return all.includes(undefined) ? undefined : all.filter((row) => !row?.decision).length;
}
