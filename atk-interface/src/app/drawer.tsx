import { Dialog } from "radix-ui";
import { ActiveRuns } from "@/app/active-runs";
import { useFocusReturn } from "@/components/focus-return";
import { Finder, Name, Places, type NavigationProps } from "@/app/navigation";

/** The side bar of narrow screens, over the page. */
export default function Drawer({ onPalette, onHelp, onClose }: NavigationProps & { onClose: () => void }) {
  const focus = useFocusReturn();
  const leave = (then: () => void) => () => {
    onClose();
    then();
  };
  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Dialog.Content aria-describedby={undefined} onOpenAutoFocus={focus.remember} onCloseAutoFocus={focus.giveBack} className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col gap-5 overflow-y-auto border-r border-line bg-panel p-4 text-text">
          <Dialog.Title className="sr-only">Menu</Dialog.Title>
          <Name />
          <Finder onPalette={leave(onPalette)} onHelp={leave(onHelp)} />
          <Places onGo={onClose} />
          <ActiveRuns />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
