import { Ellipsis, Pause, Play, RotateCcw, Square } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import type { RunDetails } from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import { Menu } from "@/components/menu";
import { abilitiesOf } from "@/features/runs/actions/run-actions";
import type { RunDialogName } from "@/features/runs/actions/run-dialog";
import { useRunChanges } from "@/features/runs/actions/use-run-changes";
import { useRunMenu } from "@/features/runs/actions/use-run-menu";

const RunDialog = lazy(() => import("@/features/runs/actions/run-dialog").then(({ RunDialog }) => ({ default: RunDialog })));

/** What can be done with the run now; all else is in the menu beside it. */
export function RunButtons({ run }: { run: RunDetails }) {
  const [dialog, setDialog] = useState<RunDialogName>();
  const changes = useRunChanges();
  const menu = useRunMenu(run, setDialog);
  const navigate = useNavigate();
  const can = abilitiesOf(run);
  const { isBusy } = changes;
  return (
    <>
      {can.pause && (
        <Button busy={isBusy} icon={<Pause aria-hidden className="size-4" />} onClick={() => changes.pause(run)}>
          Pause
        </Button>
      )}
      {can.cancel !== "no" && (
        <Button
          variant={can.cancel === "kill" ? "danger" : "quiet"}
          busy={isBusy}
          icon={<Square aria-hidden className="size-4" />}
          title={can.cancel === "kill" ? "Does not wait for calls under way" : "Stops cleanly; pressed again, it kills at once"}
          onClick={() => changes.cancel(run)}
        >
          {can.cancel === "kill" ? "Kill now" : "Cancel"}
        </Button>
      )}
      {can.resume && (
        <Button variant="go" busy={isBusy} icon={<Play aria-hidden className="size-4" />} onClick={() => changes.resume(run)}>
          Resume from here
        </Button>
      )}
      {can.retryFailed && (
        <Button variant="primary" icon={<RotateCcw aria-hidden className="size-4" />} onClick={() => setDialog("retry")}>
          Retry failed
        </Button>
      )}
      <Menu items={menu}>
        <IconButton label="More to do with this run">
          <Ellipsis aria-hidden className="size-5" />
        </IconButton>
      </Menu>
      <Suspense>{dialog && <RunDialog run={run} open={dialog} onClose={() => setDialog(undefined)} onDeleted={() => void navigate("/runs")} />}</Suspense>
    </>
  );
}
