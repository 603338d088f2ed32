import { FolderOpen, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import type { ModelDetails } from "@/api/schema";
import { Button, ButtonLink } from "@/components/button";
import { Panel } from "@/components/panel";
import { DeleteModelDialog } from "@/features/models/delete-model-dialog";
import { addressOf } from "@/features/models/model-words";
import { bytes } from "@/lib/format";
import { encodePath, parentOf } from "@/lib/paths";

/** What it consists of, what was exported from it, and the way to be rid of it. */
export function FilesPanel({ model }: { model: ModelDetails }) {
  const [isDeleting, setDeleting] = useState(false);
  const folder = model.kind === "gguf" ? parentOf(model.path) : model.path;
  return (
    <Panel
      title="Files"
      actions={
        <>
          {folder.startsWith("outputs/") && (
            <ButtonLink to={`/${encodePath(folder)}`} size="small" icon={<FolderOpen aria-hidden className="size-4" />}>
              Open the folder
            </ButtonLink>
          )}
          <Button size="small" variant="danger" icon={<Trash2 aria-hidden className="size-4" />} onClick={() => setDeleting(true)}>
            Delete …
          </Button>
        </>
      }
    >
      <ul className="text-sm">
        {model.files.map(({ name, size }) => (
          <li key={name} className="flex justify-between gap-4 border-t border-line py-1 first:border-0">
            <code className="font-mono break-all">{name}</code>
            <span className="whitespace-nowrap text-soft tabular-nums">{bytes(size)}</span>
          </li>
        ))}
      </ul>
      {model.exports.length > 0 && (
        <>
          <h3 className="mt-4 font-medium">Exported from it</h3>
          <ul className="text-sm">
            {model.exports.map((path) => (
              <li key={path}>
                <Link to={addressOf(path)} className="font-mono break-all underline underline-offset-4">
                  {path}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {isDeleting && <DeleteModelDialog model={model} onClose={() => setDeleting(false)} />}
    </Panel>
  );
}
