import { Download } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { runFileUrl } from "@/api/files";
import { useExportReviewed } from "@/api/reviews";
import type { DatasetInfo, Include } from "@/api/schema";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ProblemNote } from "@/components/problem-note";
import { count, counted } from "@/lib/format";
import { encodePath } from "@/lib/paths";

interface ExportDialogProps {
  run: string;
  folder: string;
  dataset: DatasetInfo;
  onClose: () => void;
}

/** Writes what was reviewed to a file of its own, and says where it is. */
export function ExportDialog({ run, folder, dataset: { name, rows, reviewed }, onClose }: ExportDialogProps) {
  const [include, setInclude] = useState<Include>("accepted");
  const write = useExportReviewed(run);
  const written = write.data;
  const good = reviewed.accept + reviewed.edit;
  const choices: { value: Include; label: string; note: string }[] = [
    { value: "accepted", label: "Accepted rows only", note: `${counted(good, "row")}, edited ones in their edited form` },
    { value: "not-rejected", label: "All but the rejected ones", note: `${counted(Math.max(0, rows - reviewed.reject), "row")}, those that nobody has reviewed among them` },
  ];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Export ${name}`}
      description="The dataset itself stays as it is."
      footer={
        <>
          <Button onClick={onClose}>{written ? "Done" : "Not now"}</Button>
          <Button variant={written ? "quiet" : "primary"} busy={write.isPending} onClick={() => write.mutate({ dataset: name, include })}>
            {written ? "Write it again" : "Write the file"}
          </Button>
        </>
      }
    >
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium">Which rows</legend>
        {choices.map(({ value, label, note }) => (
          <label key={value} className="flex cursor-pointer gap-3 rounded-lg border border-line p-3 has-checked:border-ember">
            <input type="radio" name="include" value={value} checked={include === value} onChange={() => setInclude(value)} className="mt-1 size-4 accent-ember" />
            <span>
              {label}
              <span className="block text-sm text-soft tabular-nums">{note}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {write.error && (
        <div className="mt-4">
          <ProblemNote error={write.error} title="The file could not be written" />
        </div>
      )}
      {written && (
        <div role="status" className="mt-4 rounded-lg bg-raised p-3">
          <p className="font-medium tabular-nums">
            {counted(written.rows, "row")} written, {count(written.edited)} of them edited; {count(written.left_out)} left out.
          </p>
          <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
            <code className="font-mono text-sm break-all">
              {folder}/{written.file}
            </code>
            <Written folder={folder} file={written.file} />
          </p>
        </div>
      )}
    </Dialog>
  );
}

function Written({ folder, file }: { folder: string; file: string }) {
  const address = runFileUrl(folder, file);
  if (address === null) return null;
  const look = "inline-flex items-center gap-1 font-semibold text-ember underline underline-offset-4";
  return (
    <>
      <Link to={`/${encodePath(`${folder}/${file}`)}`} className={look}>
        Look at it
      </Link>
      <a href={address} download className={look}>
        <Download aria-hidden className="size-4" /> Download
      </a>
    </>
  );
}
