import type { ReactNode } from "react";
import type { Variant } from "@/components/button";
import { FormDialog } from "@/components/form-dialog";

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
export const Confirm = ({ open, onOpenChange, title, children, action, variant = "danger", onConfirm }: ConfirmProps) =>
  open && (
    <FormDialog title={title} action={action} variant={variant} onSubmit={onConfirm} onClose={() => onOpenChange(false)}>
      <div>{children}</div>
    </FormDialog>
  );
