import { useState } from "react";
import { useNavigate } from "react-router";
import { useDeleteModel } from "@/api/models";
import type { ModelDetails } from "@/api/schema";
import { Field, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { toast } from "@/components/toasts";
import { bytes, counted } from "@/lib/format";
import { nameOf } from "@/lib/paths";

/** Training took long: its name has to be typed before it goes. */
export function DeleteModelDialog({ model, onClose }: { model: ModelDetails; onClose: () => void }) {
  const name = nameOf(model.path);
  const [typed, setTyped] = useState("");
  const remove = useDeleteModel();
  const navigate = useNavigate();

  const submit = async () => {
    await remove.mutateAsync(model.path);
    toast({ tone: "info", title: `${model.name} is deleted`, detail: `${model.path} is gone.` });
    void navigate("/models");
  };

  return (
    <FormDialog title={`Delete ${model.name}?`} description={`${counted(model.files.length, "file")}, ${bytes(model.size)}. There is no way back.`} action="Delete model" variant="danger" disabled={typed.trim() !== name} onSubmit={submit} onClose={onClose}>
      <p className="font-mono text-sm break-all">{model.path}</p>
      <Field label={`Type ${name} to confirm`}>{(ties) => <TextInput {...ties} className="font-mono" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />}</Field>
    </FormDialog>
  );
}
