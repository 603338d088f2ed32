import clsx from "clsx";
import { useRef, useState } from "react";
import type { Entry } from "@/api/schema";
import { Panel } from "@/components/panel";
import { Breadcrumbs } from "@/features/files/breadcrumbs";
import { DeleteDialog } from "@/features/files/delete-dialog";
import { download } from "@/features/files/download";
import { EntryList, type EntryActions } from "@/features/files/entry-list";
import type { FolderPlace } from "@/features/files/folder-place";
import { FolderContent, FolderFigures } from "@/features/files/folder-content";
import { FolderTools } from "@/features/files/folder-tools";
import { MoveDialog } from "@/features/files/move-dialog";
import { NewFolderDialog } from "@/features/files/new-folder-dialog";
import { PreviewPane } from "@/features/files/preview/preview-pane";
import { DropArea } from "@/features/files/uploads/drop-area";
import { useAddUploads } from "@/features/files/uploads/use-add-uploads";
import { useActiveIndex } from "@/features/files/use-active-index";
import { useFolder } from "@/features/files/use-folder";
import { useFolderKeys } from "@/features/files/use-folder-keys";
import { isWithin, joinPath, nameOf, parentOf } from "@/lib/paths";

type Question = { about: "new-folder" } | { about: "move" | "delete"; entry: Entry } | undefined;

/** Folders and files of one root: list, preview, uploads, and all that can be done with an entry. */
export function FolderBrowser({ place, uploads = false }: { place: FolderPlace; uploads?: boolean }) {
  const folder = useFolder(place);
  const list = useRef<HTMLDivElement>(null);
  const [question, setQuestion] = useState<Question>();
  const [active, setActive] = useActiveIndex(place, folder.entries);
  const adding = useAddUploads(place.root, place.path);

  const up = () => {
    if (place.path !== place.top) place.go(parentOf(place.path), "", { from: nameOf(place.path) });
  };
  const actions: EntryActions = {
    open: (entry) => {
      if (entry.kind === "folder") place.go(entry.path);
      else if (entry.kind === "file") place.go(place.path, entry.name === place.file ? "" : entry.name, { replace: place.file !== "" });
    },
    up,
    move: (entry) => setQuestion({ about: "move", entry }),
    remove: (entry) => setQuestion({ about: "delete", entry }),
    download: (entry) => download(place.root, entry),
  };
  const step = (by: number) => {
    setActive(Math.max(0, Math.min(folder.total - 1, active + by)));
    list.current?.focus();
  };
  useFolderKeys({ step, up, newFolder: () => setQuestion({ about: "new-folder" }), toggleHidden: () => place.setHidden(!place.hidden) });

  const here: Entry = { name: nameOf(place.path) || place.topName, path: place.path, kind: "folder", size: 0, modified: 0 };
  const close = () => setQuestion(undefined);
  /** What was looked at is gone from here: one is where it lay. */
  const leave = (path: string) => {
    if (isWithin(place.path, path)) place.go(parentOf(path), "", { replace: true });
    else if (joinPath(place.path, place.file) === path) place.go(place.path, "", { replace: true });
  };

  return (
    <>
      <div className={clsx("grid items-start gap-4", place.file && "lg:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]")}>
        <Panel flush className={clsx("flex flex-col", place.file && "max-lg:hidden")}>
          <div className="flex h-[max(24rem,calc(100dvh-10.5rem))] flex-col">
            <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
              <Breadcrumbs place={place} />
              <FolderTools
                place={place}
                {...(uploads && { adding })}
                onNewFolder={() => setQuestion({ about: "new-folder" })}
                onDownload={() => actions.download(here)}
                {...(place.path !== place.top && { onMove: () => actions.move(here), onDelete: () => actions.remove(here) })}
              />
            </div>
            <FolderContent folder={folder} uploads={uploads}>
              <EntryList ref={list} folder={folder} path={place.path} label={`Entries of ${here.name}`} shown={place.file} active={active} onActive={setActive} actions={actions} />
            </FolderContent>
            <FolderFigures folder={folder} />
          </div>
        </Panel>
        {place.file && <PreviewPane key={`${place.path}/${place.file}`} place={place} entry={folder.entries.find(({ name }) => name === place.file)} actions={actions} />}
      </div>
      {uploads && <DropArea adding={adding} target={joinPath(place.root, place.path)} />}
      {question?.about === "new-folder" && <NewFolderDialog onClose={close} root={place.root} folder={place.path} onMade={(path) => place.go(path)} />}
      {question?.about === "move" && <MoveDialog onClose={close} root={place.root} entry={question.entry} onMoved={() => leave(question.entry.path)} />}
      {question?.about === "delete" && <DeleteDialog onClose={close} root={place.root} entry={question.entry} onDeleted={() => leave(question.entry.path)} />}
    </>
  );
}
