import { useQuery } from "@tanstack/react-query";
import { FolderX } from "lucide-react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { runQuery } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { CodeBlock } from "@/components/code-block";
import { Empty } from "@/components/empty";
import { Loaded } from "@/components/loading";
import { FolderBrowser } from "@/features/files/folder-browser";
import type { FolderPlace } from "@/features/files/folder-place";
import { isWithin, nameOf, normalPath } from "@/lib/paths";

const OUTPUTS = "outputs/";

export function Component() {
  const { id = "" } = useParams();
  return <Loaded query={useQuery(runQuery(id))}>{(run) => (run.folder.startsWith(OUTPUTS) ? <RunFiles run={run} /> : <Elsewhere run={run} />)}</Loaded>;
}

const RunFiles = ({ run }: { run: RunDetails }) => <FolderBrowser place={useRunPlace(run)} />;

/** Runs of the command line may write anywhere; the service shows the project's folders only. */
const Elsewhere = ({ run }: { run: RunDetails }) => (
  <Empty icon={<FolderX aria-hidden className="size-8" />} title="These files are not below outputs/">
    <p className="mb-3">This run was started from the command line and writes to a folder that this page may not open. It lies here:</p>
    <CodeBlock text={run.folder} label="folder of the run" />
  </Empty>
);

/** The folder is in the query of the address, relative to the run's: /runs/1a2b/files?path=datasets&file=poems.jsonl. */
function useRunPlace(run: RunDetails): FolderPlace {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const top = run.folder.slice(OUTPUTS.length).replace(/\/+$/, "");
  const inner = normalPath(search.get("path") ?? "");
  const hidden = search.get("hidden") === "1";
  const file = search.get("file") ?? "";
  const address = (to: string, shown: string, withHidden: boolean) => {
    const below = isWithin(to, top) ? to.slice(top.length + 1) : "";
    const query = new URLSearchParams({ ...(below && { path: below }), ...(shown && { file: shown }), ...(withHidden && { hidden: "1" }) }).toString();
    return `/runs/${run.id}/files${query && `?${query}`}`;
  };
  return {
    root: "outputs",
    top,
    topName: nameOf(top),
    path: inner ? `${top}/${inner}` : top,
    file,
    hidden,
    hrefOf: (to, shown = "") => address(to, shown, hidden),
    go: (to, shown = "", { replace = false, from = "" } = {}) => void navigate(address(to, shown, hidden), { replace, state: { from }, preventScrollReset: true }),
    setHidden: (next) => void navigate(address(inner ? `${top}/${inner}` : top, file, next), { replace: true, preventScrollReset: true }),
  };
}
