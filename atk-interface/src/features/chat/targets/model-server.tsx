import { Power } from "lucide-react";
import { Link } from "react-router";
import { useModelServer } from "@/api/served";
import type { Run } from "@/api/schema";
import { Button } from "@/components/button";
import { ProblemNote } from "@/components/problem-note";
import { ServerEnded } from "@/components/server-ended";
import { Spinner } from "@/components/spinner";

/** Of a model of this project that is chosen: whether its server answers, and how to start one. Nothing while it does. */
export function ModelServer({ path }: { path: string }) {
  const { served, serve, server, ended } = useModelServer(path);
  if (!served.data || server?.answers) return null;
  if (serve.error) return <ProblemNote error={serve.error} title="The server could not be started" onRetry={() => serve.reset()} />;
  if (server) return <Starting run={server.run} isListening={server.url !== ""} />;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-line bg-raised px-4 py-3">
      <p className="min-w-0 flex-1 basis-64">
        {ended ? (
          <ServerEnded run={ended} />
        ) : (
          <>
            <code className="font-mono text-sm break-all">{path}</code> is not being served. Its server takes memory of this machine until it is stopped.
          </>
        )}
      </p>
      <Button variant="primary" icon={<Power aria-hidden className="size-4" />} busy={serve.isPending} onClick={() => serve.mutate()}>
        Start its server
      </Button>
    </div>
  );
}

const Starting = ({ run, isListening }: { run: Run; isListening: boolean }) => (
  <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl border border-line bg-raised px-4 py-3">
    <Spinner />
    <p className="min-w-0 flex-1">{run.state === "queued" ? "Its server waits for its turn." : isListening ? "Its server listens, and does not answer yet." : "Its server is loading the model. A large one takes minutes."} You can write your question meanwhile.</p>
    <Link to={`/runs/${run.id}`} className="text-ember underline underline-offset-4">
      Look at it
    </Link>
  </div>
);
