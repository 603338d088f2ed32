import { useId, useState, type SubmitEvent } from "react";
import { Link } from "react-router";
import { useExportCorrections } from "@/api/corrections";
import { isProblemWith } from "@/api/problems";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox, Field, TextInput } from "@/components/field";
import { ProblemNote } from "@/components/problem-note";
import { count, counted } from "@/lib/format";
import { encodePath, parentOf } from "@/lib/paths";

interface ExportCorrectionsDialogProps {
  accepted: number;
  onClose: () => void;
}

const FITS = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;

/** Writes the accepted corrections to a file of rows, and says where it is. */
export function ExportCorrectionsDialog({ accepted, onClose }: ExportCorrectionsDialogProps) {
  const id = useId();
  const [name, setName] = useState("corrections");
  const [overwrite, setOverwrite] = useState(false);
  const write = useExportCorrections();
  const fits = FITS.test(name);
  const isThere = isProblemWith(write.error, "exists");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (fits && !write.isPending) write.mutate({ name, overwrite });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Write accepted corrections as rows"
      description={`${counted(accepted, "conversation")}, each with the right answer at its end: what supervised training takes.`}
      footer={
        <>
          <Button onClick={onClose}>{write.data ? "Done" : "Not now"}</Button>
          {!write.data && (
            <Button type="submit" form={id} variant="primary" disabled={!fits} busy={write.isPending}>
              Write the file
            </Button>
          )}
        </>
      }
    >
      {write.data ? (
        <div role="status" className="flex flex-col gap-2">
          <p className="font-medium tabular-nums">
            {counted(write.data.rows, "row")} written, {count(write.data.tokens)} tokens; {count(write.data.left_out.length)} left out.
          </p>
          <Link to={`/${encodePath(parentOf(write.data.path))}`} className="font-mono text-sm break-all text-ember underline underline-offset-4">
            {write.data.path}
          </Link>
          {write.data.left_out.length > 0 && (
            <ul className="list-disc pl-5 text-sm">
              {write.data.left_out.map((why, place) => (
                <li key={place}>{why}</li>
              ))}
            </ul>
          )}
        </div>
      ) : (
        <form id={id} onSubmit={submit} className="flex flex-col gap-4">
          <Field label="Name of the file" hint={<code className="font-mono break-all">inputs/corrections/{name || "…"}.jsonl</code>} error={fits || name === "" ? undefined : "Letters, digits, and . _ - only."}>
            {(ties) => <TextInput {...ties} value={name} autoComplete="off" spellCheck={false} onChange={(event) => setName(event.target.value.trim())} />}
          </Field>
          {(isThere || overwrite) && (
            <Checkbox checked={overwrite} onChange={(event) => setOverwrite(event.target.checked)}>
              Write over the file that is there
            </Checkbox>
          )}
          {write.error && <ProblemNote error={write.error} title="The file could not be written" />}
        </form>
      )}
    </Dialog>
  );
}
