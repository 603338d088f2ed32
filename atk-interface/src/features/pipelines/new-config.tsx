import { FilePlus } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useNewConfig } from "@/api/configs";
import { Button } from "@/components/button";
import { Field, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { titleOf } from "@/components/pipeline-cards";
import { encodePath } from "@/lib/paths";

/** Begins a config of one's own, with every setting of the pipeline in it. */
export function NewConfig({ pipeline }: { pipeline: string }) {
  const [open, setOpen] = useState(false);
  const [path, setPath] = useState(`${titleOf(pipeline)}.yaml`);
  const make = useNewConfig();
  const navigate = useNavigate();

  const submit = async () => {
    const config = await make.mutateAsync({ path, pipeline });
    void navigate(`/configs/${encodePath(config.path)}`);
  };
  return (
    <>
      <Button variant="primary" icon={<FilePlus aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        Make a config
      </Button>
      {open && (
        <FormDialog
          title="A config of your own"
          description="It holds every setting with its meaning; what you leave alone keeps its default."
          action="Make it"
          onSubmit={submit}
          onClose={() => setOpen(false)}
        >
          <Field label="Name" hint="Below configs/. Folders are made as needed: novels/second-try.yaml">
            {(ties) => <TextInput {...ties} required value={path} onChange={(event) => setPath(event.target.value)} className="font-mono" />}
          </Field>
        </FormDialog>
      )}
    </>
  );
}
