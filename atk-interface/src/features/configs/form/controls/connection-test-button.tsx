import { CircleAlert, CircleCheck, PlugZap } from "lucide-react";
import { messageOf } from "@/api/problems";
import { useConnectionTest } from "@/api/providers";
import type { ConnectionTest } from "@/api/schema";
import { Button } from "@/components/button";
import { counted, duration } from "@/lib/format";
import type { ConnectionWish } from "./connection-wish";

/** Asks the endpoint, and says in words what came of it. */
export function ConnectionTestButton({ wish, why, listId }: ConnectionWish & { listId: string }) {
  const test = useConnectionTest();
  const isSame = JSON.stringify(test.variables) === JSON.stringify(wish);
  const result = isSame ? test.data : undefined;
  const problem = isSame && test.error ? messageOf(test.error) : (result?.problem ?? "");
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button size="small" icon={<PlugZap aria-hidden className="size-4" />} busy={test.isPending} disabled={!wish} onClick={() => wish && test.mutate(wish)}>
          Test connection
        </Button>
        {why && <span className="text-sm text-soft">{why}</span>}
        <span role="status" className="min-w-0 text-sm">
          {test.isPending ? <span className="text-soft">Asking; it takes 15 s at most …</span> : <Outcome result={result} problem={problem} />}
        </span>
      </div>
      <datalist id={listId}>
        {result?.models?.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
    </div>
  );
}

function Outcome({ result, problem }: { result: ConnectionTest | undefined; problem: string }) {
  if (problem) {
    return (
      <span className="inline-flex gap-1.5">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        <span>
          <span className="font-medium text-bad">{problem}</span> {result?.advice}
        </span>
      </span>
    );
  }
  if (!result?.ok) return null;
  const models = result.models?.length ?? 0;
  return (
    <span className="inline-flex items-center gap-1.5 text-good">
      <CircleCheck aria-hidden className="size-4 shrink-0" />
      It answers, in {duration(result.seconds)}
      {models > 0 && `, with ${counted(models, "model")}`}.
    </span>
  );
}
