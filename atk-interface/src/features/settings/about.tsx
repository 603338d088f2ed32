import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "@/api/session";
import { Panel } from "@/components/panel";

const code = "rounded bg-raised px-1 py-0.5 font-mono text-sm";

export function About() {
  const { data } = useQuery(sessionQuery);
  return (
    <Panel title="About">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
        <dt className="text-soft">Version</dt>
        <dd className="tabular-nums">{data?.version ?? "–"}</dd>
        <dt className="text-soft">Handbook</dt>
        <dd>
          <code className={code}>docs/</code> in the project's folder, from <code className={code}>docs/quickstart.md</code> on
        </dd>
        <dt className="text-soft">For scripts</dt>
        <dd>
          <code className={code}>docs/api/README.md</code>, and the contract at{" "}
          <a href="/api/openapi.json" target="_blank" rel="noreferrer" className="text-ember underline underline-offset-4">
            /api/openapi.json
          </a>
        </dd>
        <dt className="text-soft">Telemetry</dt>
        <dd className="max-w-prose">None. This page talks to its own service and to nobody else; the service talks to the models that your configs name, and to a provider when you test it.</dd>
      </dl>
    </Panel>
  );
}
