import { useState } from "react";
import { messageOf } from "@/api/problems";
import type { Sample } from "@/api/schema";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox, Field, TextArea } from "@/components/field";
import { parseRow, textsOf, withText, type Row } from "@/features/review/row-edits";

interface EditDialogProps {
  sample: Sample;
  onClose: () => void;
  onSave: (edited: Row, note: string) => Promise<unknown>;
}

/** Rewrites a row, text by text, or as JSON where its layout is not known. It closes when the row is saved. */
export function EditDialog({ sample, onClose, onSave }: EditDialogProps) {
  const before = sample.edited ?? sample.row;
  const [row, setRow] = useState<Row>(before);
  const hasTexts = textsOf(before).length > 0;
  const [json, setJson] = useState<string | null>(hasTexts ? null : JSON.stringify(before, null, 2));
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const parsed = json === null ? { row } : parseRow(json, sample.row);
  const mistake = "problem" in parsed ? parsed.problem : "";
  const blank = json === null && textsOf(row).some(({ value, label }) => value.trim() === "" && label !== "input");
  const isSame = !("problem" in parsed) && JSON.stringify(parsed.row) === JSON.stringify(before);

  const showJson = (wanted: boolean) => {
    if (wanted) setJson(JSON.stringify(row, null, 2));
    else if (!("problem" in parsed)) {
      setRow(parsed.row);
      setJson(null);
    }
  };
  const save = async () => {
    if ("problem" in parsed) return;
    setBusy(true);
    setProblem("");
    try {
      await onSave(parsed.row, note);
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && !busy && (isSame || confirm("Close without saving what you have written?")) && onClose()}
      title={`Edit row ${sample.number + 1}`}
      description="The dataset stays as it is; the edited form is kept beside it and counts as accepted."
      footer={
        <>
          {hasTexts && (
            <Checkbox checked={json !== null} disabled={mistake !== ""} onChange={(event) => showJson(event.target.checked)} className="mr-auto text-sm">
              As JSON
            </Checkbox>
          )}
          <Button onClick={onClose}>Not now</Button>
          <Button variant="primary" busy={busy} disabled={mistake !== "" || blank || isSame} onClick={() => void save()}>
            Save edited row
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {json !== null ? (
          <Field label="The whole row" error={mistake}>
            {(ties) => <TextArea {...ties} rows={16} spellCheck={false} value={json} onChange={(event) => setJson(event.target.value)} className="font-mono text-sm" />}
          </Field>
        ) : (
          textsOf(row).map(({ path, label, value }) => (
            <Field key={path.join("/")} label={label} error={value.trim() === "" && label !== "input" ? "Write something here: a blank text cannot be learnt from." : ""}>
              {(ties) => <TextArea {...ties} rows={Math.min(12, Math.max(2, Math.ceil(value.length / 70)))} value={value} onChange={(event) => setRow(withText(row, path, event.target.value))} />}
            </Field>
          ))
        )}
        <Field label="Note" hint="Why, for whoever looks at it later. May stay empty.">
          {(ties) => <TextArea {...ties} rows={2} maxLength={4000} value={note} onChange={(event) => setNote(event.target.value)} />}
        </Field>
        {problem && (
          <p role="alert" className="font-medium text-bad">
            {problem}
          </p>
        )}
      </div>
    </Dialog>
  );
}
