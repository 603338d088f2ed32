import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useId, useState } from "react";
import { messageOf } from "@/api/problems";
import { pipelineQuery } from "@/api/pipelines";
import { providersQuery } from "@/api/providers";
import { useRetryFailed } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Button } from "@/components/button";
import { Checkbox, Field, TextInput } from "@/components/field";
import { toast } from "@/components/toasts";
import { count, counted } from "@/lib/format";

interface RetryPanelProps {
  run: RunDetails;
  total: number;
  selected: ReadonlySet<string>;
  onDone: () => void;
}

/** Asks again for failed records: the chosen ones, or all of them; the same model, or another. */
export function RetryPanel({ run, total, selected, onDone }: RetryPanelProps) {
  const pipeline = useQuery(pipelineQuery(run.pipeline)).data;
  const parameters = (pipeline?.parameters ?? []).filter(({ type }) => /\bModel\b/.test(type)).map(({ name }) => name);
  const [other, setOther] = useState(false);
  const [models, setModels] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const retry = useRetryFailed();

  const overrides = other ? Object.fromEntries(Object.entries(models).flatMap(([name, model]) => (model.trim() ? [[name, model.trim()]] : []))) : {};
  const start = async () => {
    setProblem("");
    try {
      await retry.mutateAsync({ id: run.id, records: [...selected], overrides });
      toast({ tone: "good", title: `${counted(selected.size || total, "record")} asked for again`, detail: "The run goes on; the inbox is written anew when it ends." });
      onDone();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };

  const lacksModel = other && Object.keys(overrides).length === 0;
  return (
    <div className="flex flex-col gap-3 rounded-xl border border-line bg-panel p-4">
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="primary" icon={<RotateCcw aria-hidden className="size-4" />} busy={retry.isPending} disabled={lacksModel} onClick={() => void start()}>
          {selected.size > 0 ? `Retry ${count(selected.size)} chosen` : `Retry all ${count(total)}`}
        </Button>
        {parameters.length > 0 && (
          <Checkbox checked={other} onChange={(event) => setOther(event.target.checked)}>
            With another model
          </Checkbox>
        )}
        <p className="basis-full text-sm text-soft">Only what failed is asked again. What was paid for before is not paid for twice.</p>
      </div>
      {other && (
        <div className="grid gap-3 sm:grid-cols-2">
          {parameters.map((name) => (
            <ModelField key={name} name={name} now={run.config[name]} value={models[name] ?? ""} onChange={(model) => setModels({ ...models, [name]: model })} />
          ))}
        </div>
      )}
      {problem && (
        <p role="alert" className="font-medium text-bad">
          {problem}
        </p>
      )}
    </div>
  );
}

/** What a config says of a model: its name, or an object with one. */
function nameOf(model: unknown): string {
  if (typeof model === "string") return model;
  if (typeof model === "object" && model !== null && "name" in model && typeof model.name === "string") return model.name;
  return "";
}

function ModelField({ name, now, value, onChange }: { name: string; now: unknown; value: string; onChange: (model: string) => void }) {
  const providers = useQuery(providersQuery).data?.items ?? [];
  const list = useId();
  const before = nameOf(now);
  return (
    <Field label={name} hint={before ? `Now ${before}. Leave it empty to keep that.` : "None at the moment."}>
      {(ties) => (
        <>
          <TextInput {...ties} list={list} placeholder="provider:model" spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} />
          <datalist id={list}>
            <option value="offline" />
            {providers.map(({ name: provider, has_key: hasKey, local }) => (
              <option key={provider} value={`${provider}:`} label={local ? "on this machine" : hasKey ? "its key is there" : "has no key yet"} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
