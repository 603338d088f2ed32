import { useRef } from "react";

/**
 * Radix gives the focus back to a dialog's trigger, and dialogs that keys, menus and addresses open have none. What had
 * the focus when the dialog came gets it back; if that is gone, the page does, so that Tab goes on from there.
 */
export function useFocusReturn() {
  const origin = useRef<HTMLElement>(null);
  return {
    /** Before the dialog takes the focus. */
    remember: () => {
      origin.current = focusedControl();
    },
    giveBack: (event: Event) => {
      event.preventDefault();
      const control = origin.current?.isConnected ? origin.current : document.getElementById("main");
      control?.focus({ preventScroll: true });
    },
  };
}

/** What has the focus; of an entry in a menu, which closes with it, the button that the menu hangs on. */
function focusedControl(): HTMLElement | null {
  const focused = document.activeElement;
  const button = focused?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  if (button) return document.getElementById(button);
  return focused instanceof HTMLElement && focused !== document.body ? focused : null;
}
