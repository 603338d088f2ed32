import { useState, type ReactNode, type SyntheticEvent } from "react";
import { Button, type Variant } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ProblemNote } from "@/components/problem-note";

interface FormDialogProps {
  title: string;
  description: ReactNode;
  /** What the button does, as a verb. */
  action: string;
  variant?: Variant;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/** A short form over the page. It stays open, and lists what is wrong, when the service refuses. */
export function FormDialog({ title, description, action, variant = "primary", onSubmit, onClose, children }: FormDialogProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
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
          <Button type="submit" form="run-form" variant={variant} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id="run-form" onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {children}
        {problem !== null && <ProblemNote error={problem} />}
      </form>
    </Dialog>
  );
}
