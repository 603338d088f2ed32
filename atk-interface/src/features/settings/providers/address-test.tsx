import { PlugZap } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/problems";
import { useConnectionTest } from "@/api/providers";
import type { ProviderWish } from "@/api/schema";
import { Button } from "@/components/button";
import { Field, TextInput } from "@/components/field";
import { TestResult } from "@/features/settings/providers/test-result";

interface AddressTestProps {
  /** That it will be kept under. */
  name: string;
  address: ProviderWish;
  /** Whether the address can be asked as it stands. */
  ready: boolean;
}

/** Tries an address before it is kept. */
export function AddressTest({ name, address, ready }: AddressTestProps) {
  const [model, setModel] = useState("");
  const test = useConnectionTest();
  return (
    <div>
      <div className="flex flex-wrap items-end gap-2">
        <Field label="Model to ask too, if any" className="flex-1 basis-48">
          {(ties) => <TextInput {...ties} value={model} onChange={(event) => setModel(event.target.value)} autoComplete="off" spellCheck={false} />}
        </Field>
        <Button icon={<PlugZap aria-hidden className="size-4" />} busy={test.isPending} disabled={!ready} onClick={() => test.mutate({ ...address, model: model.trim() })}>
          Test connection
        </Button>
      </div>
      {test.error && (
        <p role="alert" className="mt-2 font-medium text-bad">
          {messageOf(test.error)}
        </p>
      )}
      {test.isSuccess && <TestResult result={test.data} provider={name} asked={test.variables.model} />}
    </div>
  );
}
