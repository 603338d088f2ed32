import { useInfiniteQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Download, ThumbsDown } from "lucide-react";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { correctionsQuery } from "@/api/corrections";
import type { CorrectionState } from "@/api/schema";
import { Button, ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { Loaded } from "@/components/loading";
import { ShowMore } from "@/components/show-more";
import { CorrectionCard } from "@/features/chat/corrections/correction-card";
import { ExportCorrectionsDialog } from "@/features/chat/corrections/export-dialog";
import { count } from "@/lib/format";

const STATES: { state: CorrectionState; label: string; empty: string }[] = [
  { state: "open", label: "To correct", empty: "Nothing waits to be corrected" },
  { state: "accepted", label: "Accepted", empty: "Nothing is accepted yet" },
  { state: "dismissed", label: "Dismissed", empty: "Nothing was dismissed" },
];

/** Answers that were rated down: what was asked, what was said, what is right. */
export function CorrectionsView() {
  const [params] = useSearchParams();
  const [exporting, setExporting] = useState(false);
  const shown = STATES.find(({ state }) => state === params.get("state")) ?? STATES[0];
  const state = shown?.state ?? "open";
  const query = useInfiniteQuery(correctionsQuery(state));
  const counts = query.data?.pages[0]?.counts;
  const accepted = counts?.["accepted"] ?? 0;
  return (
    <div className="flex w-full max-w-6xl flex-col gap-4">
      <div data-quiet className="flex flex-wrap items-center justify-between gap-3">
        <nav aria-label="Corrections by state" className="flex flex-wrap gap-1 rounded-xl border border-line bg-panel p-1">
          {STATES.map(({ state: each, label }) => (
            <Link
              key={each}
              to={`/chat?view=corrections&state=${each}`}
              replace
              aria-current={each === state ? "true" : undefined}
              className={clsx("rounded-lg px-3 py-1.5 transition", each === state ? "bg-raised font-semibold" : "text-soft hover:text-text")}
            >
              {label} <span className="tabular-nums">{counts ? count(counts[each] ?? 0) : "–"}</span>
            </Link>
          ))}
        </nav>
        <Button variant="primary" icon={<Download aria-hidden className="size-4" />} disabled={accepted === 0} onClick={() => setExporting(true)}>
          Write accepted as rows
        </Button>
      </div>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) return <Nothing title={shown?.empty ?? ""} />;
          return (
            <ul className="flex flex-col gap-4">
              {items.map((correction) => (
                <CorrectionCard key={`${correction.id} ${correction.state}`} correction={correction} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      <ShowMore query={query} />
      {exporting && <ExportCorrectionsDialog accepted={accepted} onClose={() => setExporting(false)} />}
    </div>
  );
}

const Nothing = ({ title }: { title: string }) => (
  <Empty icon={<ThumbsDown aria-hidden className="size-7" />} title={title} action={<ButtonLink to="/chat">To the conversations</ButtonLink>}>
    A thumb down under an answer puts it here. Write what it should have said, accept it, and write all accepted ones out as rows to train on.
  </Empty>
);
