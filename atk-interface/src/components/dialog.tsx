import clsx from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useFocusReturn } from "@/components/focus-return";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  /** Buttons, the one to press last. */
  footer?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}

/** Who opens a form wants to write; without a field, the focus goes to the first button. */
function startInFirstField(event: Event): void {
  const field = event.currentTarget instanceof HTMLElement ? event.currentTarget.querySelector<HTMLElement>("input:not([type=hidden], [hidden]), textarea, select") : null;
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** A question or form over the page. Escape and a click beside it close it; the focus goes back to where it was. */
export function Dialog({ open, onOpenChange, title, description, footer, wide = false, children }: DialogProps) {
  const focus = useFocusReturn();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Radix.Content
          {...(!description && { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            focus.remember();
            startInFirstField(event);
          }}
          onCloseAutoFocus={focus.giveBack}
          className={clsx(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-1/2 animate-rise flex-col rounded-2xl border border-line bg-panel text-text shadow-card",
            wide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-soft">{description}</Radix.Description>}
            </div>
            <Radix.Close aria-label="Close" className="-mr-1 inline-flex size-8 items-center justify-center rounded-lg text-soft hover:bg-raised">
              <X aria-hidden className="size-4" />
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-auto px-5 py-4">{children}</div>
          {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
