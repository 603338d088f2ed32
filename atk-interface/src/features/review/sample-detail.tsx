import { ArrowLeft, Check, Pencil, SkipForward, Undo2, X } from "lucide-react";
import { useState } from "react";
import type { Sample } from "@/api/schema";
import { Button } from "@/components/button";
import { TextInput } from "@/components/field";
import { Kbd } from "@/components/kbd";
import { answersOf } from "@/components/row-turns";
import { RowView } from "@/components/row-view";
import { DecisionMark } from "@/features/review/decision-mark";
import { Lineage } from "@/features/review/lineage";
import { Passage } from "@/features/review/passage";
import { RowHistory } from "@/features/review/row-history";
import { SharedWords } from "@/features/review/shared-words-view";
import { count } from "@/lib/format";

interface SampleDetailProps {
  run: string;
  dataset: string;
  sample: Sample;
  goesOn: boolean;
  note: string;
  onNote: (note: string) => void;
  onAccept: () => void;
  onReject: () => void;
  onEdit: () => void;
  onUndo: () => void;
  onSkip: () => void;
  onBack: () => void;
}

const small = "size-4";

/** One row beside what it rests on, with everything to decide about it. */
export function SampleDetail({ run, dataset, sample, goesOn, note, onNote, onAccept, onReject, onEdit, onUndo, onSkip, onBack }: SampleDetailProps) {
  const [original, setOriginal] = useState(false);
  const edited = sample.edited ?? null;
  const shown = edited !== null && !original ? edited : sample.row;
  const sources = sample.sources ?? [];
  const texts = sources.flatMap(({ text }) => (text ? [text] : []));
  const answers = answersOf(shown);
  return (
    <article aria-label={`Row ${count(sample.number + 1)}`} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3">
        <Button size="small" variant="plain" icon={<ArrowLeft aria-hidden className={small} />} onClick={onBack} className="lg:hidden">
          Rows
        </Button>
        <h3 className="font-semibold tabular-nums">Row {count(sample.number + 1)}</h3>
        <span role="status">
          <DecisionMark decision={sample.decision} edited={edited !== null} />
        </span>
        <code className="hidden min-w-0 truncate font-mono text-sm text-soft xl:inline">{sample.id}</code>
      </header>
      <div className="grid min-h-0 flex-1 gap-x-6 gap-y-6 overflow-y-auto p-4 xl:grid-cols-2 xl:content-start">
        <section aria-label="Result" className="min-w-0">
          <div className="mb-2 flex flex-wrap items-center gap-3">
            <h4 className="font-semibold">Result</h4>
            {edited !== null && (
              <Button size="small" variant="plain" aria-pressed={original} onClick={() => setOriginal(!original)}>
                {original ? "Show the edited form" : "Show it as it was"}
              </Button>
            )}
          </div>
          <RowView row={shown} mark={({ text, learnt }) => (learnt ? <SharedWords text={text} sources={texts} /> : text)} />
        </section>
        <section aria-label="Source" className="flex min-w-0 flex-col gap-5">
          <h4 className="-mb-3 font-semibold">{sources.length > 1 ? `Sources (${count(sources.length)})` : "Source"}</h4>
          {sources.map((source, index) => (
            <Passage key={index} source={source} answers={answers} />
          ))}
          {sources.length === 0 && (
            <p className="text-soft">{sample.traced ? "This row rests on no document." : goesOn ? "Not traced yet: where rows come from is written when the run has ended." : "Nothing is written about where this row comes from."}</p>
          )}
        </section>
        <section aria-label="How it was made" className="min-w-0">
          <h4 className="mb-2 font-semibold">How it was made</h4>
          <Lineage calls={sample.calls ?? []} traced={sample.traced} goesOn={goesOn} />
        </section>
        <section aria-label="History" className="min-w-0">
          <h4 className="mb-2 font-semibold">Decisions</h4>
          <RowHistory run={run} dataset={dataset} row={sample.id} />
        </section>
      </div>
      <footer className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-3">
        <TextInput aria-label="Note for the next decision" placeholder="Note for the decision" maxLength={4000} value={note} onChange={(event) => onNote(event.target.value)} className="h-9! w-auto! min-w-36 flex-1 basis-full sm:basis-36" />
        <Button size="small" variant="go" icon={<Check aria-hidden className={small} />} onClick={onAccept}>
          Accept <Keys keys="a" />
        </Button>
        <Button size="small" variant="danger" icon={<X aria-hidden className={small} />} onClick={onReject}>
          Reject <Keys keys="x" />
        </Button>
        <Button size="small" icon={<Pencil aria-hidden className={small} />} onClick={onEdit}>
          Edit <Keys keys="e" />
        </Button>
        <Button size="small" icon={<Undo2 aria-hidden className={small} />} onClick={onUndo}>
          Undo <Keys keys="u" />
        </Button>
        <Button size="small" icon={<SkipForward aria-hidden className={small} />} onClick={onSkip}>
          Skip <Keys keys="j" />
        </Button>
      </footer>
    </article>
  );
}

/** For people with a keyboard; the name of a button is without it. */
const Keys = ({ keys }: { keys: string }) => (
  <span aria-hidden className="hidden xl:inline">
    <Kbd keys={keys} />
  </span>
);
