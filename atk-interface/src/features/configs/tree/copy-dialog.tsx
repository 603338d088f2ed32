import { useNavigate } from "react-router";
import { useNewConfig } from "@/api/configs";
import { copyName, pageOf } from "./config-path";
import { NameDialog } from "./name-dialog";

/** A copy of a config, comments and all. */
export function CopyDialog({ template, onClose }: { template: string; onClose: () => void }) {
  const create = useNewConfig();
  const navigate = useNavigate();
  const copy = async (path: string) => {
    await create.mutateAsync({ path, template });
    await navigate(pageOf(path));
  };
  return (
    <NameDialog
      title={`Copy ${template}`}
      description="Give it an output_dir of its own afterwards: two configs with the same one are the same run."
      label="Name of the copy"
      action="Copy"
      start={copyName(template)}
      onName={copy}
      onClose={onClose}
    />
  );
}
