import { ArrowRight } from "lucide-react";
import { ButtonLink } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { commonFolder } from "@/features/files/uploads/common-folder";
import type { UploadItem } from "@/features/files/uploads/upload-item";
import { encodePath } from "@/lib/paths";

/** After documents have arrived: what they are good for. */
export function NextStep({ items }: { items: readonly UploadItem[] }) {
  const done = items.filter(({ state, root }) => state === "done" && root === "inputs");
  if (done.length === 0) return null;
  const folder = commonFolder(done);
  const written = folder ? `inputs/${folder}` : "inputs";
  return (
    <div className="border-t border-line px-4 py-3">
      <p className="text-sm text-soft">Next: let a pipeline read it. In a config this folder is</p>
      <div className="flex items-center gap-1">
        <code className="min-w-0 flex-1 truncate font-mono text-sm" title={written}>
          input_dir: {written}
        </code>
        <CopyButton text={written} label="Copy the folder" />
      </div>
      <div className="mt-2 flex flex-wrap gap-2">
        <ButtonLink size="small" variant="primary" to={`/configs?input=${encodeURIComponent(written)}`} icon={<ArrowRight aria-hidden className="size-4" />}>
          Use this folder in a config
        </ButtonLink>
        <ButtonLink size="small" to={`/inputs${folder && `/${encodePath(folder)}`}`}>
          Show it
        </ButtonLink>
      </div>
    </div>
  );
}
