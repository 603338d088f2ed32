import { FilePlus2, FileCog, Search } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Button, ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { TextInput } from "@/components/field";
import { Page } from "@/components/page";
import { Panel } from "@/components/panel";
import { CopyDialog } from "./tree/copy-dialog";
import { DeleteDialog } from "./tree/delete-dialog";
import { FolderList } from "./tree/folder-list";
import { FoundList } from "./tree/found-list";
import { NewDialog } from "./tree/new-dialog";
import { OrderPanel } from "./tree/order-panel";
import { RenameDialog } from "./tree/rename-dialog";

interface Asked {
  kind: "copy" | "rename" | "delete";
  path: string;
}

/** Every config, in its folders. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const [asked, setAsked] = useState<Asked | null>(null);
  const words = params.get("find") ?? "";
  const open = params.getAll("open");
  /** Documents that a new config shall read: others lead here with it. */
  const folder = params.get("input") ?? "";
  const change = (make: (now: URLSearchParams) => void) =>
    setParams(
      (now) => {
        make(now);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  const isOpen = (folder: string) => open.some((each) => each === folder || each.startsWith(`${folder}/`));
  const toggle = (folder: string) =>
    change((now) => {
      const others = open.filter((each) => each !== folder && !each.startsWith(`${folder}/`));
      now.delete("open");
      for (const each of isOpen(folder) ? others : [...open, folder]) now.append("open", each);
    });
  const askNew = () => change((now) => now.set("new", ""));
  const closeNew = () =>
    change((now) => {
      now.delete("new");
      now.delete("input");
    });
  const ask = (kind: Asked["kind"]) => (path: string) => setAsked({ kind, path });
  const actions = { onCopy: ask("copy"), onRename: ask("rename"), onDelete: ask("delete") };
  const done = () => setAsked(null);
  const create = (
    <Button variant="primary" icon={<FilePlus2 aria-hidden className="size-4" />} onClick={askNew}>
      New config
    </Button>
  );

  return (
    <Page title="Configs" lead="A config says what a run does: its pipeline, your documents, the models. They are files of yours, in the folder configs." actions={create}>
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Panel className="pt-1">
          <div className="relative mb-3">
            <Search aria-hidden className="pointer-events-none absolute top-3 left-3 size-4 text-soft" />
            <TextInput type="search" aria-label="Find a config by its name" placeholder="Find by name or pipeline" className="pl-9" value={words} onChange={(event) => change((now) => (event.target.value ? now.set("find", event.target.value) : now.delete("find")))} />
          </div>
          {words.trim() ? <FoundList words={words.trim()} actions={actions} /> : <FolderList folder="" isOpen={isOpen} onToggle={toggle} actions={actions} empty={<NoConfigs action={create} />} />}
        </Panel>
        <OrderPanel />
      </div>
      {(params.has("new") || folder !== "") && <NewDialog pipeline={params.get("new") ?? ""} folder={folder} onClose={closeNew} />}
      {asked?.kind === "copy" && <CopyDialog template={asked.path} onClose={done} />}
      {asked?.kind === "rename" && <RenameDialog path={asked.path} onClose={done} />}
      {asked?.kind === "delete" && <DeleteDialog path={asked.path} onClose={done} />}
    </Page>
  );
}

const NoConfigs = ({ action }: { action: React.ReactNode }) => (
  <Empty
    icon={<FileCog aria-hidden className="size-8" />}
    title="No configs yet"
    action={
      <>
        {action}
        <ButtonLink to="/pipelines">Look at the pipelines</ButtonLink>
      </>
    }
  >
    <p>A new one begins with every setting of a pipeline, each with what it means. You fill in a few, the rest may stay as it is; this page checks it while you type.</p>
  </Empty>
);
