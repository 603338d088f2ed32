import { useId, useState, type ReactNode, type SubmitEvent } from "react";
import { Button, type Variant } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ProblemNote } from "@/components/problem-note";

interface FormDialogProps {
  title: string;
  description?: ReactNode;
  /** What the button does, as a verb: "Delete run", not "OK". */
  action: string;
  variant?: Variant;
  /** Nothing can be sent yet. */
  disabled?: boolean;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/** A short form over the page. It stays open, and lists what is wrong, when the service refuses. */
export function FormDialog({ title, description, action, variant = "primary", disabled = false, onSubmit, onClose, children }: FormDialogProps) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return; // Enter in a field submits without the button
    setBusy(true);
    setProblem(null);
    try {
      await onSubmit();
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" form={id} variant={variant} busy={busy} disabled={disabled}>
            {action}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {children}
        {problem !== null && <ProblemNote error={problem} />}
      </form>
    </Dialog>
  );
}
