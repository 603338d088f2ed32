import { KeyRound } from "lucide-react";
import type { ProviderEntry, SecretEntry } from "@/api/schema";
import { Button } from "@/components/button";

interface KeyNoteProps {
  provider: ProviderEntry;
  /** The secret of its name, when it is saved. */
  saved: SecretEntry | undefined;
  onAdd: () => void;
}

/** Whether a provider has its key, and where from. */
export function KeyNote({ provider: { name, local, secret, variable, has_key }, saved, onAdd }: KeyNoteProps) {
  if (secret === "" && !has_key) return <p className="text-sm text-soft">{local ? "Needs no key" : "Is asked without a key"}</p>;
  if (!has_key) {
    return (
      <p className="flex flex-wrap items-center gap-2 text-sm">
        <span className="text-warn">No key yet</span>
        <Button size="small" icon={<KeyRound aria-hidden className="size-3.5" />} aria-label={`Add key of ${name}`} onClick={onAdd}>
          Add key
        </Button>
      </p>
    );
  }
  const code = "font-mono text-xs";
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 text-sm">
      <KeyRound aria-hidden className="size-3.5 text-good" />
      <span className="text-good">Has a key</span>
      <span className="text-soft">
        {saved?.overridden_by ? (
          <>
            from the variable <code className={code}>{saved.overridden_by}</code>, which goes before the saved secret
          </>
        ) : saved ? (
          <>
            saved as the secret <code className={code}>{saved.name}</code>
            {variable && (
              <>
                ; the variable <code className={code}>{variable}</code> goes before it
              </>
            )}
          </>
        ) : (
          <>
            from the service's environment{variable && <> (<code className={code}>{variable}</code>)</>}
          </>
        )}
      </span>
    </p>
  );
}
