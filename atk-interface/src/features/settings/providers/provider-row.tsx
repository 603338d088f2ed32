import { Ellipsis, PlugZap } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { messageOf } from "@/api/problems";
import { useConnectionTest } from "@/api/providers";
import type { ProviderEntry, SecretEntry } from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import { TextInput } from "@/components/field";
import { Menu } from "@/components/menu";
import { KeyNote } from "@/features/settings/providers/key-note";
import { TestResult } from "@/features/settings/providers/test-result";

interface ProviderRowProps {
  provider: ProviderEntry;
  saved: SecretEntry | undefined;
  onAddKey: () => void;
  onEdit: () => void;
  onRemove: () => void;
}

const mark = "rounded-full border border-line px-2 text-xs text-soft";

/** One place where models answer, its key, and whether it works. */
export function ProviderRow({ provider, saved, onAddKey, onEdit, onRemove }: ProviderRowProps) {
  const { name, base_url, built_in, local } = provider;
  const test = useConnectionTest();
  const [model, setModel] = useState("");
  const asked = test.variables?.model ?? "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    test.mutate({ provider: name, model: model.trim() });
  };
  return (
    <li className="border-t border-line py-3 first:border-t-0">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <p className="flex flex-wrap items-center gap-x-2">
            <span className="font-semibold">{name}</span>
            {local && <span className={mark}>on this machine</span>}
            {!built_in && <span className={mark}>yours</span>}
          </p>
          <p className="font-mono text-sm break-all text-soft">{base_url}</p>
          <KeyNote provider={provider} saved={saved} onAdd={onAddKey} />
        </div>
        <form onSubmit={submit} className="flex items-center gap-1.5 max-sm:w-full">
          <TextInput aria-label={`Model of ${name} to ask too, if any`} placeholder="model (optional)" value={model} onChange={(event) => setModel(event.target.value)} autoComplete="off" spellCheck={false} className="h-8! text-sm sm:w-40" />
          <Button type="submit" size="small" busy={test.isPending} icon={<PlugZap aria-hidden className="size-4" />} aria-label={`Test connection to ${name}`}>
            Test connection
          </Button>
          {!built_in && (
            <Menu
              items={[
                { label: "Edit", onSelect: onEdit },
                { label: "Remove", onSelect: onRemove, danger: true },
              ]}
            >
              <IconButton label={`What to do with ${name}`} className="size-8">
                <Ellipsis aria-hidden className="size-4" />
              </IconButton>
            </Menu>
          )}
        </form>
      </div>
      {test.error && (
        <p role="alert" className="mt-2 font-medium text-bad">
          {messageOf(test.error)}
        </p>
      )}
      {test.isSuccess && <TestResult result={test.data} provider={name} asked={asked} />}
    </li>
  );
}
