import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/problems";
import { useRetryFailed } from "@/api/runs";
import type { RunDetails } from "@/api/schema";
import { Button } from "@/components/button";
import { Checkbox } from "@/components/field";
import { ModelOverride } from "@/components/model-override";
import { modelOverrides, useModelSettings } from "@/components/model-settings";
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
  const settings = useModelSettings(run);
  const [other, setOther] = useState(false);
  const [models, setModels] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const retry = useRetryFailed();

  const overrides = other ? modelOverrides(models) : {};
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
        {settings.length > 0 && (
          <Checkbox checked={other} onChange={(event) => setOther(event.target.checked)}>
            With another model
          </Checkbox>
        )}
        <p className="basis-full text-sm text-soft">Only what failed is asked again. What was paid for before is not paid for twice.</p>
      </div>
      {other && (
        <div className="grid gap-3 sm:grid-cols-2">
          {settings.map((name) => (
            <ModelOverride key={name} label={name} now={run.config[name]} value={models[name] ?? ""} onChange={(model) => setModels({ ...models, [name]: model })} />
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
