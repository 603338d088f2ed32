import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { isArchive } from "@/features/files/uploads/queue";
import type { AddUploads } from "@/features/files/uploads/use-add-uploads";
import { counted } from "@/lib/format";

/** Zip archives can be unpacked by the service, or stay what they are. */
export function ArchiveQuestion({ adding: { asked, answerArchives } }: { adding: AddUploads }) {
  const names = asked?.files.map(({ path }) => path).filter(isArchive) ?? [];
  return (
    <Dialog
      open={asked !== undefined}
      onOpenChange={(open) => open || answerArchives(undefined)}
      title={names.length === 1 ? "Unpack this zip archive?" : `Unpack ${counted(names.length, "zip archive")}?`}
      description="Pipelines read the documents in a folder, not those in an archive. Unpacked, each gets a folder of its own name. All of an archive is unpacked, or nothing."
      footer={
        <>
          <Button onClick={() => answerArchives(false)}>Keep as zip</Button>
          <Button variant="primary" onClick={() => answerArchives(true)}>
            Unpack
          </Button>
        </>
      }
    >
      <ul className="list-disc pl-5 break-all">
        {names.slice(0, 8).map((name) => (
          <li key={name}>{name}</li>
        ))}
        {names.length > 8 && <li>and {names.length - 8} more</li>}
      </ul>
    </Dialog>
  );
}
