import { useNavigate } from "react-router";
import { useMoveConfig } from "@/api/configs";
import { pageOf } from "./config-path";
import { NameDialog } from "./name-dialog";

/** Another name, or another folder. */
export function RenameDialog({ path, onClose, andGoThere = false }: { path: string; onClose: () => void; andGoThere?: boolean }) {
  const move = useMoveConfig();
  const navigate = useNavigate();
  const rename = async (to: string) => {
    if (to === path) return;
    await move.mutateAsync({ path, to });
    if (andGoThere) await navigate(pageOf(to), { replace: true });
  };
  return (
    <NameDialog
      title={`Rename ${path}`}
      description="Folders before the name move it there. Runs that were made with it keep their own copy."
      label="New name"
      action="Rename"
      start={path}
      onName={rename}
      onClose={onClose}
    />
  );
}
