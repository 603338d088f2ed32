import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { useRef, useState } from "react";
import { sampleQuery, type SampleFilter } from "@/api/samples";
import type { DatasetInfo, Sample } from "@/api/schema";
import { Skeleton } from "@/components/loading";
import { ProblemNote } from "@/components/problem-note";
import { EditDialog } from "@/features/review/edit-dialog";
import { ListStatus } from "@/features/review/list-status";
import { ReviewFilter } from "@/features/review/review-filter";
import { SampleDetail } from "@/features/review/sample-detail";
import { SampleList } from "@/features/review/sample-list";
import { useDecide } from "@/features/review/use-decide";
import type { ReviewAddress } from "@/features/review/use-review-address";
import type { SampleRows } from "@/features/review/use-sample-list";
import { useShortcuts } from "@/lib/shortcuts";

interface ReviewDeskProps {
  runId: string;
  goesOn: boolean;
  dataset: DatasetInfo;
  rows: SampleRows;
  address: ReviewAddress;
  onChange: (change: Partial<ReviewAddress>) => void;
}

/** Rows at the left, the chosen one at the right; on a narrow page one after the other. */
export function ReviewDesk({ runId, goesOn, dataset, rows, address, onChange: onAddress }: ReviewDeskProps) {
  // The address follows a moment later; the next key must meet the next row at once.
  const [row, setRow] = useState(address.row);
  const onChange = (change: Partial<ReviewAddress>) => {
    if (change.row !== undefined) setRow(change.row);
    onAddress(change);
  };
  const decide = useDecide(runId, dataset.name);
  const [editing, setEditing] = useState(false);
  const [note, setNote] = useState("");
  const search = useRef<HTMLInputElement>(null);

  const listed = row ? rows.indexOf(row) : rows.count > 0 ? 0 : -1;
  const elsewhere = useQuery({ ...sampleQuery(runId, dataset.name, row), enabled: row !== "" && listed < 0 && !rows.searching });
  const sample = listed >= 0 ? rows.at(listed) : (elsewhere.data ?? undefined);

  const choose = (id: string) => {
    setNote("");
    onChange({ row: id });
  };
  const move = (step: 1 | -1) => {
    const next = rows.at(Math.max(0, listed + step));
    if (next) choose(next.id);
  };
  const act = (action: (chosen: Sample) => void, moves = true) => {
    if (!sample) return;
    action(sample);
    setNote("");
    if (moves) move(1);
  };
  const accept = () => act((chosen) => decide.accept(chosen, note));
  const reject = () => act((chosen) => decide.reject(chosen, note));
  const undo = () => {
    const about = decide.undo(sample, (id) => rows.at(rows.indexOf(id)));
    if (about) choose(about);
  };
  useShortcuts("Review", [
    { keys: "a", label: "Accept the row", run: accept },
    { keys: "x", label: "Reject the row", run: reject },
    { keys: "e", label: "Edit the row", run: () => sample && setEditing(true) },
    { keys: "u", label: "Take the last decision back", run: undo },
    { keys: "j", label: "Next row, without a decision", run: () => move(1) },
    { keys: "k", label: "Previous row", run: () => move(-1) },
    { keys: "/", label: "Search the rows", run: () => search.current?.focus() },
  ]);

  const filter: SampleFilter = { dataset: address.dataset, text: address.text, file: address.file, decision: address.decision };
  const isFiltered = filter.text !== "" || filter.file !== "" || filter.decision !== "";
  return (
    <section data-quiet aria-label="Review" className="flex h-[max(32rem,calc(100dvh-15rem))] min-w-0 overflow-hidden rounded-2xl border border-line bg-panel shadow-card">
      <div className={clsx("flex min-w-0 flex-col border-line lg:w-80 lg:shrink-0 lg:border-r", row ? "max-lg:hidden" : "max-lg:flex-1")}>
        <ReviewFilter filter={filter} onChange={(change) => onChange({ ...change, row: "" })} inputRef={search} />
        <SampleList key={JSON.stringify(filter)} rows={rows} chosen={listed} onChoose={choose} />
        <ListStatus rows={rows} all={dataset.rows} isFiltered={isFiltered} onClear={() => onChange({ text: "", file: "", decision: "", row: "" })} />
      </div>
      <div className={clsx("flex min-w-0 flex-1 flex-col", !row && "max-lg:hidden")}>
        {sample ? (
          <SampleDetail
            key={sample.id}
            run={runId}
            dataset={dataset.name}
            sample={sample}
            goesOn={goesOn}
            note={note}
            onNote={setNote}
            onAccept={accept}
            onReject={reject}
            onEdit={() => setEditing(true)}
            onUndo={undo}
            onSkip={() => move(1)}
            onBack={() => onChange({ row: "" })}
          />
        ) : (
          <NoRow loading={rows.searching || elsewhere.isFetching} error={elsewhere.error} named={row !== ""} none={rows.complete && rows.count === 0} />
        )}
      </div>
      {editing && sample && <EditDialog sample={sample} onClose={() => setEditing(false)} onSave={(edited, why) => decide.edit(sample, edited, why)} />}
    </section>
  );
}

function NoRow({ loading, error, named, none }: { loading: boolean; error: unknown; named: boolean; none: boolean }) {
  if (error) return <ProblemNote error={error} />;
  if (loading) return <Skeleton className="m-4 h-64" />;
  if (none && !named) return <p className="m-auto p-6 text-soft">No row fits the filter. Try fewer words, or show all.</p>;
  return <p className="m-auto p-6 text-soft">{named ? "The dataset has no row with this id (any more)." : "Choose a row at the left."}</p>;
}
