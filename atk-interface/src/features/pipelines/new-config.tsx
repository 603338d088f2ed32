import { FilePlus } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { useNavigate } from "react-router";
import { useNewConfig } from "@/api/configs";
import { messageOf } from "@/api/problems";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, TextInput } from "@/components/field";
import { titleOf } from "@/components/pipeline-cards";

/** Begins a config of one's own, with every setting of the pipeline in it. */
export function NewConfig({ pipeline }: { pipeline: string }) {
  const [open, setOpen] = useState(false);
  const [path, setPath] = useState(`${titleOf(pipeline)}.yaml`);
  const make = useNewConfig();
  const navigate = useNavigate();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate({ path, pipeline }, { onSuccess: (config) => void navigate(`/configs/${config.path}`) });
  };
  return (
    <>
      <Button variant="primary" icon={<FilePlus aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        Make a config
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="A config of your own"
        description="It holds every setting with its meaning; what you leave alone keeps its default."
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Not now</Button>
            <Button type="submit" form="new-config" variant="primary" busy={make.isPending}>
              Make it
            </Button>
          </>
        }
      >
        <form id="new-config" onSubmit={submit}>
          <Field label="Name" hint="Below configs/. Folders are made as needed: novels/second-try.yaml" error={make.error && messageOf(make.error)}>
            {(ties) => <TextInput {...ties} required value={path} onChange={(event) => setPath(event.target.value)} className="font-mono" />}
          </Field>
        </form>
      </Dialog>
    </>
  );
}
