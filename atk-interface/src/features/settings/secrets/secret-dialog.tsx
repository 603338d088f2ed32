import { useRef, useState, type SubmitEvent } from "react";
import { messageOf } from "@/api/problems";
import { useSaveSecret } from "@/api/secrets";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, TextInput } from "@/components/field";
import { toast } from "@/components/toasts";

interface SecretDialogProps {
  /** Of the secret whose value is given; none: it is asked for too. */
  name?: string;
  replaces?: boolean;
  onOpenChange: (open: boolean) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** Takes a value and sends it off. It is in the field while it is typed and nowhere else: no state, no cache, no storage. */
export function SecretDialog({ name: given = "", replaces = false, onOpenChange }: SecretDialogProps) {
  const [name, setName] = useState(given);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const value = useRef<HTMLInputElement>(null);
  const save = useSaveSecret();

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const field = value.current;
    if (!field?.value.trim()) {
      setProblem("Paste the value first.");
      return;
    }
    setBusy(true);
    setProblem("");
    try {
      await save(name, field.value);
      field.value = "";
      toast({ tone: "good", title: `The secret ${name} is saved`, detail: `Configs name it secret://${name}. Its value is never shown again.` });
      onOpenChange(false);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={replaces ? `Replace the secret ${given}` : given ? `Save the key of ${given}` : "Add a secret"}
      description="It is encrypted on the disk of the service, hidden in every log, and never shown again."
    >
      <form onSubmit={(event) => void submit(event)} autoComplete="off" className="flex flex-col gap-4">
        {!given && (
          <Field label="Name" hint="The key of a built-in provider has the provider's name." error={name !== "" && !NAME.test(name) && "Letters, digits, dot, - and _; at most 100."}>
            {(ties) => <TextInput {...ties} value={name} onChange={(event) => setName(event.target.value)} placeholder="openai" autoComplete="off" spellCheck={false} />}
          </Field>
        )}
        <Field label="Value" hint="Blanks around it are left out." error={problem}>
          {(ties) => <TextInput {...ties} ref={value} type="password" autoComplete="off" spellCheck={false} data-1p-ignore data-lpignore="true" />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Not now</Button>
          <Button type="submit" variant="primary" busy={busy} disabled={!NAME.test(name)}>
            Save secret
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
