import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { datasetsQuery } from "@/api/datasets";
import { firstRowsQuery } from "@/api/records";
import type { DatasetInfo, RunDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { ProblemNote } from "@/components/problem-note";
import { SourceFields, type SourceChoice } from "@/features/compare/source-fields";
import { PassageBeside } from "@/features/compare/passage-beside";
import { byPassage } from "@/features/compare/same-source";
import { useRowsOfFile } from "@/features/compare/use-rows-of-file";
import { counted } from "@/lib/format";

const SHOWN_AT_ONCE = 10;

interface SameSourcePanelProps {
  first: RunDetails;
  second: RunDetails;
  choice: SourceChoice;
  onChoose: (changes: Partial<SourceChoice>) => void;
}

/** The same passage of a document, and what each run made of it. */
export function SameSourcePanel({ first, second, choice, onChoose }: SameSourcePanelProps) {
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  const [left, right] = [useQuery(datasetsQuery(first.id)), useQuery(datasetsQuery(second.id))];
  const shared = sharedNames(left.data?.items, right.data?.items);
  const dataset = shared.includes(choice.dataset) ? choice.dataset : (shared[0] ?? "");
  const sample = useQuery(firstRowsQuery(first.id, dataset, 200));
  const files = useMemo(() => [...new Set((sample.data?.items ?? []).flatMap(({ sources = [] }) => sources.map(({ file }) => file)))].sort(), [sample.data]);
  const file = choice.file || (files[0] ?? "");
  const mine = useRowsOfFile(first.id, dataset, file, choice.text);
  const others = useRowsOfFile(second.id, dataset, file, choice.text);
  const passages = byPassage(file, mine.rows, others.rows);
  const error = [left, right, sample, mine, others].find((each) => each.error)?.error;
  const isSearching = [mine, others].some((side) => side.isSearching);
  const isCut = [mine, others].some((side) => side.isCut);

  if (left.data && right.data && shared.length === 0) return <Panel title="The same text in both" lead="They have no dataset of the same name, so there are no rows to lay side by side." />;
  return (
    <Panel title="The same text in both" lead="Choose a document: below stands each passage with what the two runs made of it.">
      <SourceFields datasets={shared} files={files} choice={{ dataset, file, text: choice.text }} onChoose={onChoose} />
      {error && <ProblemNote error={error} title="Not all rows could be read" />}
      <p role="status" className="py-3 text-sm text-soft">
        {isSearching ? "Looking …" : counted(passages.length, "passage")}
        {isCut && " · only the first rows of this document are compared; look for a text to see others"}
      </p>
      <ol className="flex flex-col gap-4">
        {passages.slice(0, shown).map((passage) => (
          <PassageBeside key={passage.key} passage={passage} names={[first.name, second.name]} />
        ))}
      </ol>
      {passages.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN_AT_ONCE)} className="mt-3 text-ember underline underline-offset-4">
          Show more passages ({passages.length - shown})
        </button>
      )}
    </Panel>
  );
}

function sharedNames(first: readonly DatasetInfo[] = [], second: readonly DatasetInfo[] = []): string[] {
  const others = new Set(second.map(({ name }) => name));
  return first.map(({ name }) => name).filter((name) => others.has(name));
}
