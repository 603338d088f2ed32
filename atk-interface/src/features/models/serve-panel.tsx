import { MessagesSquare, Square, Zap } from "lucide-react";
import { Link } from "react-router";
import { useCancelRun } from "@/api/runs";
import type { ModelDetails, Served } from "@/api/schema";
import { useModelServer } from "@/api/served";
import { Button, ButtonLink } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Panel } from "@/components/panel";
import { ProblemNote } from "@/components/problem-note";
import { ServerEnded } from "@/components/server-ended";
import { toastProblem } from "@/components/toasts";
import { chatWith } from "@/features/models/model-words";

/** Talk with it: start a server on this machine, see when it answers, stop it. */
export function ServePanel({ model }: { model: ModelDetails }) {
  const { served, serve, server, ended } = useModelServer(model.path);
  const stop = useCancelRun();
  return (
    <Panel
      title="Talk with it"
      actions={
        <>
          <ButtonLink to={chatWith(model.path)} variant="primary" icon={<MessagesSquare aria-hidden className="size-4" />}>
            Chat
          </ButtonLink>
          {server ? (
            <Button
              icon={<Square aria-hidden className="size-4" />}
              busy={stop.isPending || server.run.stopping !== ""}
              onClick={() => stop.mutate(server.run.id, { onError: (error) => toastProblem("The server could not be stopped", error) })}
            >
              Stop serving
            </Button>
          ) : (
            <Button icon={<Zap aria-hidden className="size-4" />} busy={serve.isPending} disabled={!served.data} onClick={() => serve.mutate()}>
              Serve
            </Button>
          )}
        </>
      }
    >
      <div role="status">
        {server ? (
          <ServerState server={server} />
        ) : ended && ended.state !== "cancelled" ? (
          <p className="text-bad">
            <ServerEnded run={ended} />
          </p>
        ) : (
          served.data && <p className="text-soft">It is not served. A server gives it an address that speaks OpenAI's protocol, for this page and for other programs.</p>
        )}
      </div>
      {served.error && !served.data && <ProblemNote error={served.error} title="Nobody knows whether it is served" onRetry={() => void served.refetch()} />}
      {serve.error && !server && <ProblemNote error={serve.error} title="It could not be served" />}
    </Panel>
  );
}

function ServerState({ server: { run, url, models, answers } }: { server: Served }) {
  const page = (
    <Link to={`/runs/${run.id}/log`} className="underline underline-offset-4">
      the server's log
    </Link>
  );
  if (!answers) {
    return (
      <p className="animate-pulse">
        {run.state === "queued" ? "The server waits for its turn" : "The model is being loaded"}; see {page}.
      </p>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-x-3">
      <span className="font-semibold text-good">It answers</span> at <code className="font-mono break-all">{url}</code>
      <CopyButton text={url} label="Copy the address" />
      <span className="text-soft">
        as {models.join(", ")}; see {page}.
      </span>
    </div>
  );
}
