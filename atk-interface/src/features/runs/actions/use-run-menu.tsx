import { Copy, GitCompare, Pause, Play, RotateCcw, Square, Tag, Trash2 } from "lucide-react";
import type { Run } from "@/api/schema";
import type { MenuItem } from "@/components/menu";
import { abilitiesOf } from "@/features/runs/actions/run-actions";
import type { RunDialogName } from "@/features/runs/actions/run-dialog";
import { useRunChanges } from "@/features/runs/actions/use-run-changes";

const small = "size-4";

/** All that can be done with a run, those that are not possible now left out. */
export function useRunMenu(run: Run, ask: (dialog: RunDialogName) => void): MenuItem[] {
  const changes = useRunChanges();
  const can = abilitiesOf(run);
  const items: (MenuItem | false)[] = [
    can.pause && { label: "Pause", icon: <Pause aria-hidden className={small} />, onSelect: () => changes.pause(run) },
    can.resume && { label: "Resume from here", icon: <Play aria-hidden className={small} />, onSelect: () => changes.resume(run) },
    can.resume && { label: "Resume with changes …", icon: <Play aria-hidden className={small} />, onSelect: () => ask("resume") },
    can.retryFailed && { label: "Retry failed …", icon: <RotateCcw aria-hidden className={small} />, onSelect: () => ask("retry") },
    { label: "Clone …", icon: <Copy aria-hidden className={small} />, onSelect: () => ask("clone") },
    { label: "Compare …", icon: <GitCompare aria-hidden className={small} />, onSelect: () => changes.compareWith(run) },
    { label: "Name and tags …", icon: <Tag aria-hidden className={small} />, onSelect: () => ask("label") },
    can.cancel !== "no" && {
      label: can.cancel === "kill" ? "Kill now" : "Cancel",
      icon: <Square aria-hidden className={small} />,
      onSelect: () => changes.cancel(run),
      danger: true,
    },
    { label: "Delete …", icon: <Trash2 aria-hidden className={small} />, onSelect: () => ask("delete"), disabled: !can.delete, danger: true },
  ];
  return items.filter((item) => item !== false);
}
