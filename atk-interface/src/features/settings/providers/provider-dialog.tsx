import { useState } from "react";
import { useKeepProvider } from "@/api/providers";
import type { ProviderEntry } from "@/api/schema";
import { Field, Select, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { toast } from "@/components/toasts";
import { AddressTest } from "@/features/settings/providers/address-test";

interface ProviderDialogProps {
  /** The one to edit; none: a new one. */
  provider?: ProviderEntry;
  taken: string[];
  /** Names of secrets that can hold its key. */
  secrets: string[];
  onOpenChange: (open: boolean) => void;
}

const NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const ADDRESS = /^https?:\/\/[^/\s]+/;

/** A provider of one's own. Its address can be tried before it is kept. */
export function ProviderDialog({ provider, taken, secrets, onOpenChange }: ProviderDialogProps) {
  const [name, setName] = useState(provider?.name ?? "");
  const [baseUrl, setBaseUrl] = useState(provider?.base_url ?? "");
  const [secret, setSecret] = useState(provider?.secret ?? "");
  const keep = useKeepProvider();

  const nameProblem = problemOfName(name, provider ? [] : taken);
  const hasAddress = ADDRESS.test(baseUrl.trim());
  const address = { base_url: baseUrl.trim(), secret };

  const submit = async () => {
    await keep.mutateAsync({ name, wish: address });
    toast({ tone: "good", title: `${name} is kept`, detail: `Configs can write ${name}:MODEL now.` });
  };
  return (
    <FormDialog
      title={provider ? `Edit ${provider.name}` : "Add a provider"}
      description="Any server that speaks the API of OpenAI: vLLM, llama.cpp, a gateway of your company."
      action="Keep provider"
      disabled={name === "" || nameProblem !== "" || !hasAddress}
      onSubmit={submit}
      onClose={() => onOpenChange(false)}
    >
      {!provider && (
        <Field label="Name" hint="What configs write before the colon." error={nameProblem}>
          {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} placeholder="my-cluster" autoComplete="off" spellCheck={false} />}
        </Field>
      )}
      <Field label="Address" hint="The root of the API, which usually ends in /v1." error={baseUrl !== "" && !hasAddress && "It starts with http:// or https://"}>
        {(ties) => <TextInput {...ties} value={baseUrl} onChange={(event) => setBaseUrl(event.target.value)} placeholder="http://127.0.0.1:8000/v1" inputMode="url" autoComplete="off" spellCheck={false} />}
      </Field>
      <KeyChoice secret={secret} secrets={secrets} onSecret={setSecret} />
      <AddressTest name={name} address={address} ready={hasAddress} />
    </FormDialog>
  );
}

function problemOfName(name: string, taken: string[]): string {
  if (taken.includes(name)) return "There is a provider of that name.";
  return name === "" || NAME.test(name) ? "" : "Small letters, digits, - and _; at most 40.";
}

/** The secret that holds its key; one that was deleted meanwhile stays in the list. */
function KeyChoice({ secret, secrets, onSecret }: { secret: string; secrets: string[]; onSecret: (secret: string) => void }) {
  const names = secret && !secrets.includes(secret) ? [secret, ...secrets] : secrets;
  return (
    <Field label="Key" hint="Save a key as a secret first, if it needs one.">
      {(ties) => (
        <Select {...ties} value={secret} onChange={(event) => onSecret(event.target.value)}>
          <option value="">No key</option>
          {names.map((each) => (
            <option key={each} value={each}>
              secret://{each}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
