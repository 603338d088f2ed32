import { FolderOpen } from "lucide-react";
import { useState } from "react";
import { exportUrl, LAYOUTS } from "@/api/dataset-catalogue";
import { archiveUrl, runFileUrl } from "@/api/files";
import type { DatasetDetails } from "@/api/schema";
import { ButtonLink } from "@/components/button";
import { DownloadLink } from "@/components/download-link";
import { Field, Select } from "@/components/field";
import { Panel } from "@/components/panel";
import { encodePath, parentOf } from "@/lib/paths";

/** Out of here: as it is, as Parquet, in another layout. */
export function TakePanel({ data }: { data: DatasetDetails }) {
  const isFolder = data.kind === "training";
  const folder = isFolder ? data.path : parentOf(data.path);
  const asItIs = isFolder ? archiveOf(data.path) : contentOf(data.path);
  const parquet = parquetOf(data);
  return (
    <Panel title="Take it with you">
      <div className="flex flex-col gap-3">
        {asItIs !== null && <DownloadLink href={asItIs}>{isFolder ? "Download as zip" : "Download"}</DownloadLink>}
        {parquet !== null && <DownloadLink href={parquet}>Download as Parquet</DownloadLink>}
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

/** The file that the run has left beside it, or one that the service makes of the rows. */
function parquetOf({ parquet, path, formats, run, file }: DatasetDetails): string | null {
  if (parquet) return contentOf(path.replace(/\.jsonl$/, ".parquet"));
  return formats.includes("parquet") ? exportUrl(run, file, "parquet") : null;
}

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
      <DownloadLink href={exportUrl(run, file, chosen)}>Export</DownloadLink>
    </div>
  );
}
