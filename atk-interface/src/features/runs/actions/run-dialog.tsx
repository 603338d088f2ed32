import { useQuery } from "@tanstack/react-query";
import { runQuery } from "@/api/runs";
import type { Run } from "@/api/schema";
import { CloneDialog } from "@/features/runs/actions/clone-dialog";
import { DeleteDialog } from "@/features/runs/actions/delete-dialog";
import { LabelDialog } from "@/features/runs/actions/label-dialog";
import { ResumeDialog } from "@/features/runs/actions/resume-dialog";
import { RetryDialog } from "@/features/runs/actions/retry-dialog";

export type RunDialogName = "resume" | "retry" | "clone" | "label" | "delete";

interface RunDialogProps {
  run: Run;
  open: RunDialogName;
  onClose: () => void;
  onDeleted?: () => void;
}

/** The question that was asked for, about a run. */
export function RunDialog({ run, open, onClose, onDeleted = onClose }: RunDialogProps) {
  const { data: details } = useQuery(runQuery(run.id));
  if (open === "label") return <LabelDialog run={run} onClose={onClose} />;
  if (open === "delete") return <DeleteDialog run={run} onClose={onClose} onDeleted={onDeleted} />;
  if (!details) return null; // its config is on the way
  if (open === "resume") return <ResumeDialog run={details} onClose={onClose} />;
  if (open === "retry") return <RetryDialog run={details} onClose={onClose} />;
  return <CloneDialog run={details} onClose={onClose} />;
}
