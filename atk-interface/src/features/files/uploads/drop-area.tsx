import { Upload } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { toast } from "@/components/toasts";
import { ArchiveQuestion } from "@/features/files/uploads/archive-question";
import type { AddUploads } from "@/features/files/uploads/use-add-uploads";
import { readDrop, takeItems } from "@/lib/drop";
import { count } from "@/lib/format";

/** The whole window takes what is dropped: nobody has to aim, and the browser never opens the file in place of the page. */
export function DropArea({ adding, target }: { adding: AddUploads; target: string }) {
  const [over, setOver] = useState(false);
  const [found, setFound] = useState<number>();

  const drop = useEffectEvent(async (transfer: DataTransfer) => {
    const items = takeItems(transfer.items);
    if (items.length === 0) {
      toast({ tone: "info", title: "Nothing to upload in what was dropped", detail: "Drop files or folders; text and links cannot be uploaded." });
      return;
    }
    setFound(0);
    try {
      adding.add(await readDrop(items, setFound));
    } finally {
      setFound(undefined);
    }
  });

  useEffect(() => {
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      clearTimeout(leaving);
      setOver(true);
    };
    const leave = () => {
      leaving = setTimeout(() => setOver(false), 80); // it also leaves when it only goes to the next element
    };
    const drops = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      void drop(event.dataTransfer);
    };
    addEventListener("dragover", drag);
    addEventListener("dragleave", leave);
    addEventListener("drop", drops);
    return () => {
      clearTimeout(leaving);
      removeEventListener("dragover", drag);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drops);
    };
  }, []);

  return (
    <>
      {(over || found !== undefined) && (
        <div data-quiet role="status" className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-black/40 p-6">
          <div className="flex max-w-full flex-col items-center gap-2 rounded-2xl border-2 border-dashed border-ember bg-panel px-10 py-8 text-center shadow-card">
            <Upload aria-hidden className="size-8 text-ember" />
            <p className="text-lg font-semibold break-all">{found === undefined ? `Drop to upload into ${target}` : "Reading what was dropped …"}</p>
            <p className="text-soft tabular-nums">{found === undefined ? "Files and whole folders; empty folders are kept." : `${count(found)} files so far`}</p>
          </div>
        </div>
      )}
      <ArchiveQuestion adding={adding} />
    </>
  );
}
