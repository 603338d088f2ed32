import { useQuery } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { messageOf } from "@/api/problems";
import { secretsQuery, useSaveSecret } from "@/api/secrets";
import { Button } from "@/components/button";
import { Field, TextInput } from "@/components/field";

interface NewSecretProps {
  suggested: string;
  /** The key, where it is known already; otherwise it is asked for. */
  value?: string;
  onSaved: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** Keeps a key where nobody can read it, and says what it is called. */
export function NewSecret({ suggested, value, onSaved }: NewSecretProps) {
  const save = useSaveSecret();
  const { data } = useQuery(secretsQuery);
  const [name, setName] = useState(suggested);
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<{ busy: boolean; problem: string }>({ busy: false, problem: "" });
  const key = value ?? typed;
  const isTaken = data?.items.some((secret) => secret.name === name) ?? false;
  const isReady = NAME.test(name) && key.trim() !== "";

  const keep = async () => {
    if (!isReady || state.busy) return;
    setState({ busy: true, problem: "" });
    try {
      await save(name, key.trim());
      setTyped("");
      onSaved(name);
      setState({ busy: false, problem: "" });
    } catch (error) {
      setState({ busy: false, problem: messageOf(error) });
    }
  };
  // No form element: this stands in the page's other controls, and a form would be saved by the browser.
  const onEnter = (event: KeyboardEvent) => {
    if (event.key === "Enter") void keep();
  };
  return (
    <div className="flex flex-wrap items-start gap-2">
      {value === undefined && (
        <Field label="Key" className="min-w-48 flex-1">
          {(ties) => <TextInput {...ties} type="password" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onEnter} />}
        </Field>
      )}
      <Field label="Name of the secret" className="min-w-40 flex-1" error={state.problem} hint={isTaken ? "There is one of this name: it is replaced." : undefined}>
        {(ties) => <TextInput {...ties} autoComplete="off" spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} onKeyDown={onEnter} />}
      </Field>
      <Button variant="primary" className="mt-6" busy={state.busy} disabled={!isReady} onClick={() => void keep()}>
        Keep as a secret
      </Button>
    </div>
  );
}
