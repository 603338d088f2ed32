import type { PipelineParameter } from "@/api/schema";
import { Panel } from "@/components/panel";

/** Everything that a config of the pipeline can say. */
export const Parameters = ({ parameters, options }: { parameters: PipelineParameter[]; options: PipelineParameter[] }) => (
  <Panel title="Settings" lead="What a config can say. Those without a default must be there.">
    <List parameters={parameters} />
    <details className="mt-4">
      <summary className="font-medium">Settings that every pipeline takes</summary>
      <div className="mt-3">
        <List parameters={options} />
      </div>
    </details>
  </Panel>
);

const List = ({ parameters }: { parameters: PipelineParameter[] }) => (
  <dl className="divide-y divide-line">
    {parameters.map(({ name, type, required, default_text, description }) => (
      <div key={name} className="grid gap-x-6 py-2 sm:grid-cols-[minmax(11rem,1fr)_3fr]">
        <dt className="min-w-0">
          <code className="font-mono text-sm font-semibold break-words">{name}</code>
          <span className="block text-sm text-soft">{type}</span>
        </dt>
        <dd className="min-w-0">
          {description}
          <span className="block text-sm break-words text-soft">
            {required ? (
              <strong className="text-warn">needed</strong>
            ) : (
              <>
                default: <code className="font-mono">{default_text || "empty"}</code>
              </>
            )}
          </span>
        </dd>
      </div>
    ))}
  </dl>
);
