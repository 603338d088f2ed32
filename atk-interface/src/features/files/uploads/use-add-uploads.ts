import { useState } from "react";
import type { Root } from "@/api/files";
import { toast } from "@/components/toasts";
import { isArchive } from "@/features/files/uploads/queue";
import { uploads } from "@/features/files/uploads/use-uploads";
import type { Gathered } from "@/lib/drop";

export interface AddUploads {
  /** Upload what was chosen or dropped; asks first what to do with archives. */
  add: (gathered: Gathered) => void;
  /** What waits for an answer about its archives. */
  asked: Gathered | undefined;
  /** Undefined: nothing of it is uploaded. */
  answerArchives: (unpack: boolean | undefined) => void;
}

/** Ways to put things into the upload queue, for one folder. */
export function useAddUploads(root: Root, folder: string): AddUploads {
  const [asked, setAsked] = useState<Gathered>();
  const upload = (gathered: Gathered, unpack: boolean) => uploads.add({ root, folder, gathered, unpack });

  return {
    add: (gathered) => {
      const { files, emptyFolders, problems } = gathered;
      if (files.length + emptyFolders.length + problems.length === 0) toast({ tone: "info", title: "Nothing to upload in there", detail: "What you chose or dropped holds no files." });
      else if (files.some(({ path }) => isArchive(path))) setAsked(gathered);
      else upload(gathered, false);
    },
    asked,
    answerArchives: (unpack) => {
      setAsked(undefined);
      if (asked && unpack !== undefined) upload(asked, unpack);
    },
  };
}
