import { useState, type ReactNode } from "react";
import { messageOf } from "@/api/problems";
import { Button, type Variant } from "@/components/button";
import { Dialog } from "@/components/dialog";

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, and what will not. */
  children: ReactNode;
  /** What the button does, as a verb: "Delete run", not "OK". */
  action: string;
  variant?: Variant;
  onConfirm: () => Promise<unknown>;
}

/** Asks before something that is hard to take back. Stays open, and says why, when it did not work. */
export function Confirm({ open, onOpenChange, title, children, action, variant = "danger", onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const confirm = async () => {
    setBusy(true);
    setProblem("");
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Not now</Button>
          <Button variant={variant} busy={busy} onClick={() => void confirm()}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {problem && (
        <p role="alert" className="mt-3 font-medium text-bad">
          {problem}
        </p>
      )}
    </Dialog>
  );
}
