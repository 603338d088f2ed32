import type { DatasetDetails } from "@/api/schema";
import { Panel } from "@/components/panel";
import { counted, compact } from "@/lib/format";
import { inLine } from "@/lib/json";
import { nameOf } from "@/lib/paths";

/** The data of a training folder. */
export const FilesPanel = ({ files, path }: Pick<DatasetDetails, "files" | "path">) => (
  <Panel title="Files" lead={`In ${nameOf(path)}.`}>
    <ul className="flex flex-col gap-2">
      {files.map(({ file, format, rows, tokens }) => (
        <li key={file}>
          <p className="font-mono text-sm break-all">{nameOf(file)}</p>
          <p className="text-sm text-soft tabular-nums">{[format, counted(rows, "row"), tokens && `${compact(tokens)} tokens`].filter(Boolean).join(" · ")}</p>
        </li>
      ))}
    </ul>
  </Panel>
);

/** How it would be trained on, as its finetune.yaml says. */
export const SettingsPanel = ({ settings }: Pick<DatasetDetails, "settings">) => (
  <Panel title="Training settings" lead="Of its finetune.yaml.">
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
      {Object.entries(settings)
        .filter(([name]) => name !== "data" && name !== "folder")
        .map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="font-mono text-soft">{name}</dt>
            <dd className="min-w-0 text-right break-words tabular-nums">{inLine(value)}</dd>
          </div>
        ))}
    </dl>
  </Panel>
);
