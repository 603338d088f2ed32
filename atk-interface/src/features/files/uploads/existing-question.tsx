import { Button } from "@/components/button";
import type { UploadItem } from "@/features/files/uploads/upload-item";
import { uploads } from "@/features/files/uploads/use-uploads";
import { counted } from "@/lib/format";

/** Files of that name are there already: nothing is replaced unless somebody says so. */
export function ExistingQuestion({ items }: { items: readonly UploadItem[] }) {
  const ids = items.filter(({ state }) => state === "exists").map(({ id }) => id);
  return (
    <div className="border-t border-line bg-raised px-4 py-2.5">
      <p className="text-sm font-medium">{counted(ids.length, "file is there already and was", "files are there already and were")} not touched. What now?</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button size="small" variant="primary" onClick={() => uploads.decide(ids, false, true)}>
          Skip {ids.length === 1 ? "it" : "them all"}
        </Button>
        <Button size="small" variant="danger" onClick={() => uploads.decide(ids, true, true)}>
          Replace {ids.length === 1 ? "it" : "them all"}
        </Button>
      </div>
    </div>
  );
}
