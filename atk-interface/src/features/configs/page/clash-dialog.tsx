import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Difference } from "@/components/editor/difference";
import { toastProblem } from "@/components/toasts";
import type { Saving } from "./use-save";

/** Somebody has changed the config since it was read: whose counts? */
export function ClashDialog({ saving, text, path }: { saving: Saving; text: string; path: string }) {
  const { clash, busy, takeTheirs, keepMine, decideLater } = saving;
  const theirs = clash?.theirs;
  const keep = () => void keepMine().catch((error: unknown) => toastProblem(`${path} is not saved`, error));
  return (
    <Dialog
      open={clash !== null}
      onOpenChange={(open) => !open && decideLater()}
      wide
      title={theirs ? "Somebody else has changed this config" : "This config was deleted or moved"}
      description={
        theirs
          ? "It was saved here or in an editor since you opened it. Nothing is lost yet: choose whose text counts. What you take can be undone."
          : "It is not there any more. Your text is still here, and can be saved again."
      }
      footer={
        <>
          <Button onClick={decideLater}>Decide later</Button>
          {theirs && <Button onClick={takeTheirs}>Take theirs</Button>}
          <Button variant="primary" busy={busy} onClick={keep}>
            {theirs ? "Keep mine" : "Save it again"}
          </Button>
        </>
      }
    >
      {theirs && <Difference before={theirs.text} after={text} beforeName="theirs" afterName="yours" />}
    </Dialog>
  );
}
