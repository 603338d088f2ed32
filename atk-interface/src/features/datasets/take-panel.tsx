import { Download, FolderOpen } from "lucide-react";
import { useState } from "react";
import { exportUrl, LAYOUTS } from "@/api/dataset-catalogue";
import { archiveUrl, runFileUrl } from "@/api/files";
import type { DatasetDetails } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { Field, Select } from "@/components/field";
import { Panel } from "@/components/panel";
import { encodePath, parentOf } from "@/lib/paths";

const LINK = "inline-flex h-10 items-center justify-center gap-2 rounded-lg border border-line bg-raised px-4 font-medium hover:border-edge";

/** Out of here: as it is, as Parquet, in another layout. */
export function TakePanel({ data }: { data: DatasetDetails }) {
  const isFolder = data.kind === "training";
  const folder = isFolder ? data.path : parentOf(data.path);
  const asItIs = isFolder ? archiveOf(data.path) : contentOf(data.path);
  const parquet = data.parquet ? contentOf(data.path.replace(/\.jsonl$/, ".parquet")) : null;
  return (
    <Panel title="Take it with you">
      <div className="flex flex-col gap-3">
        {asItIs !== null && (
          <a href={asItIs} download className={LINK}>
            <Download aria-hidden className="size-4" /> {isFolder ? "Download as zip" : "Download"}
          </a>
        )}
        {parquet !== null && (
          <a href={parquet} download className={LINK}>
            <Download aria-hidden className="size-4" /> Download as Parquet
          </a>
        )}
        {!isFolder && data.formats.length > 0 && <ExportForm data={data} />}
        <ButtonLink to={`/${encodePath(folder)}`} icon={<FolderOpen aria-hidden className="size-4" />}>
          Open the folder
        </ButtonLink>
      </div>
    </Panel>
  );
}

const below = (path: string): string => path.slice("outputs/".length);
const contentOf = (path: string): string | null => runFileUrl(parentOf(path), path.slice(parentOf(path).length + 1));
const archiveOf = (path: string): string | null => (path.startsWith("outputs/") ? archiveUrl("outputs", below(path)) : null);

/** The service writes the rows anew while the browser takes them. */
function ExportForm({ data: { run, file, formats, format } }: { data: DatasetDetails }) {
  const offered = LAYOUTS.filter((layout) => formats.includes(layout));
  const [chosen, setChosen] = useState(offered.find((layout) => layout !== format) ?? offered[0]);
  if (!chosen) return null;
  return (
    <div className="flex items-end gap-2">
      <Field label="In another layout" className="flex-1">
        {(ties) => (
          <Select {...ties} value={chosen} onChange={(event) => setChosen(offered.find((layout) => layout === event.target.value))}>
            {offered.map((layout) => (
              <option key={layout}>{layout}</option>
            ))}
          </Select>
        )}
      </Field>
      <a href={exportUrl(run, file, chosen)} download className={LINK}>
        <Download aria-hidden className="size-4" /> Export
      </a>
    </div>
  );
}
