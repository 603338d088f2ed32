import { useEffect } from "react";
import { useBlocker } from "react-router";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { forgetDraft } from "@/features/configs/document/drafts";
import type { Saving } from "./use-save";

/** Asks before unsaved edits are left behind, inside the app and when the tab closes. */
export function LeaveGuard({ path, unsaved, saving }: { path: string; unsaved: boolean; saving: Saving }) {
  const blocker = useBlocker(({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    if (!unsaved) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unsaved]);

  const leave = () => {
    forgetDraft(path);
    blocker.proceed?.();
  };
  const saveAndLeave = async () => {
    if (await saving.save()) blocker.proceed?.();
    else blocker.reset?.();
  };
  return (
    <Dialog
      open={blocker.state === "blocked"}
      onOpenChange={(open) => !open && blocker.reset?.()}
      title="Leave without saving?"
      description={`${path} has edits that are not saved.`}
      footer={
        <>
          <Button onClick={() => blocker.reset?.()}>Stay here</Button>
          <Button variant="danger" onClick={leave}>
            Leave without saving
          </Button>
          <Button variant="primary" busy={saving.busy} onClick={() => void saveAndLeave()}>
            Save and leave
          </Button>
        </>
      }
    />
  );
}
