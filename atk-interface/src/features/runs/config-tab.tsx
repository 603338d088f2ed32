import { useQuery } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { runQuery } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Button } from "@/components/button";
import { CodeBlock } from "@/components/code-block";
import { Loaded, Skeleton } from "@/components/loading";
import { Panel } from "@/components/panel";
import { CloneDialog } from "@/features/runs/actions/clone-dialog";
import { encodePath } from "@/lib/paths";

/** What the run was started with, every setting resolved. */
export function Component() {
  const { id = "" } = useParams();
  const query = useQuery(runQuery(id));
  return (
    <Loaded query={query} placeholder={<Skeleton className="h-96" />}>
      {(run) => <ConfigOfRun run={run} />}
    </Loaded>
  );
}

function ConfigOfRun({ run }: { run: RunDetails }) {
  const [isCloning, setCloning] = useState(false);
  // The printer of YAML is brought only to those who look at one.
  const yaml = useQuery({
    queryKey: ["yaml", run.id, run.config],
    queryFn: async () => (await import("yaml")).stringify(run.config, { lineWidth: 0 }),
    staleTime: Infinity,
  });
  return (
    <div className="flex flex-col gap-5">
      <Panel
        title="Config"
        lead="Every setting as the run took it, those of the pipeline itself included. Keys stay where they are kept: here are only their names."
        actions={
          <Button icon={<Copy aria-hidden className="size-4" />} onClick={() => setCloning(true)}>
            Start again with changes
          </Button>
        }
      >
        {run.config_file && (
          <p className="mb-3">
            Started with{" "}
            <Link to={`/configs/${encodePath(run.config_file)}`} className="text-ember underline underline-offset-4">
              {run.config_file}
            </Link>
            . If that file was changed since, this is what it was.
          </p>
        )}
        <Loaded query={yaml} placeholder={<Skeleton className="h-64" />}>
          {(text) => <CodeBlock text={text} label="the config of this run" />}
        </Loaded>
      </Panel>
      <Panel title="On the command line" lead={`Goes on with this run; its folder is ${run.folder}.`}>
        <CodeBlock text={run.command} label="the command that continues this run" />
      </Panel>
      {isCloning && <CloneDialog run={run} onClose={() => setCloning(false)} />}
    </div>
  );
}
