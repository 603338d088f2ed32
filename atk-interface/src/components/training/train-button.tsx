import { useInfiniteQuery } from "@tanstack/react-query";
import { GraduationCap } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { catalogueQuery } from "@/api/dataset-catalogue";
import type { DatasetEntry } from "@/api/schema";
import { Button, type Look } from "@/components/button";

const TrainDialog = lazy(() => import("@/components/training/train-dialog"));

type TrainButtonProps = Look & {
  entries: readonly DatasetEntry[];
  /** Its whole name where several of them are on a page. */
  label?: string;
};

/** Leads from data to a queued training: opens the form that starts it. */
export function TrainButton({ entries, label, ...look }: TrainButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button {...look} aria-label={label} aria-haspopup="dialog" icon={<GraduationCap aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        Train on this
      </Button>
      <Suspense>{isOpen && <TrainDialog entries={entries} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}

/** The same for all training folders of a run; nothing where it has none. */
export function TrainOnRun({ run }: { run: string }) {
  const { data } = useInfiniteQuery(catalogueQuery({ kind: "training", run }));
  const entries = data?.pages.flatMap(({ items }) => items) ?? [];
  return entries.length > 0 ? <TrainButton entries={entries} /> : null;
}
