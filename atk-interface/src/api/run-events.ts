import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { extendHistory, historyQuery } from "@/api/history";
import { reduceRun, type RunEvent } from "@/api/run-reducer";
import { refreshRuns, runQuery } from "@/api/runs";
import type { RunDetails } from "@/api/schema";

/** `waiting`: the stream is broken and tried again; what is on the page is what was last heard. */
export type Connection = "connecting" | "live" | "waiting" | "resting";

const KINDS = ["snapshot", "state", "progress", "stage-started", "stage-finished", "note", "run-started", "run-ended"] as const;
const RETRY_MS = 1_500;

/**
 * Keep a run in the cache up to date by its events, while the tab is seen.
 *
 * A hidden tab lets go of its stream (a browser has six connections for all its tabs) and begins with a new snapshot
 * when it is looked at again. Events that come in one burst are one change of the cache, drawn once.
 */
export function useRunEvents(id: string): Connection {
  const client = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");

  useEffect(() => {
    const { queryKey } = runQuery(id);
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let frame: number | undefined;
    let pending: RunEvent[] = [];

    const flush = () => {
      frame = undefined;
      const events = pending;
      pending = [];
      const before = client.getQueryData(queryKey);
      const after = events.reduce<RunDetails | undefined>(reduceRun, before);
      if (after) client.setQueryData(queryKey, after);
      client.setQueryData(historyQuery(id).queryKey, (history) => history && extendHistory(history, events));
      if (after?.state !== before?.state || events.some(endsOrBegins)) void refreshRuns(client);
    };
    const hear = (event: MessageEvent<string>) => {
      setConnection("live");
      const data: unknown = JSON.parse(event.data);
      pending.push({ kind: event.type, data } as RunEvent); // the service's word, see docs/api
      frame ??= requestAnimationFrame(flush);
    };
    const close = () => {
      source?.close();
      source = undefined;
      clearTimeout(retry);
    };
    const open = () => {
      close();
      source = new EventSource(`/api/runs/${encodeURIComponent(id)}/events`);
      for (const kind of KINDS) source.addEventListener(kind, hear);
      source.addEventListener("error", () => {
        setConnection("waiting");
        // The browser tries again after a broken connection, but gives up for good after an answer such as 502.
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
      });
    };
    const watchTab = () => {
      if (document.hidden) {
        close();
        setConnection("resting");
      } else open();
    };

    watchTab();
    document.addEventListener("visibilitychange", watchTab);
    return () => {
      document.removeEventListener("visibilitychange", watchTab);
      close();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [client, id]);

  return connection;
}

/** A run that has begun or ended has new figures, and its lists and datasets are different ones now. */
const endsOrBegins = ({ kind }: RunEvent): boolean => kind === "run-ended" || kind === "run-started";
