import { useState } from "react";
import { useLabelRun } from "@/api/runs";
import type { Run } from "@/api/schema";
import { Field, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";

/** Name and tags of a run. */
export function LabelDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(", "));
  const label = useLabelRun();
  return (
    <FormDialog title="Name and tags" description="For you to find it again; its folder keeps its name." action="Save" onClose={onClose} onSubmit={() => label.mutateAsync({ id: run.id, name: name.trim(), tags: tagsOf(tags) })}>
      <Field label="Name" hint="Empty: that of its folder.">
        {(ties) => <TextInput {...ties} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Tags" hint="Several with commas between them.">
        {(ties) => <TextInput {...ties} value={tags} onChange={(event) => setTags(event.target.value)} />}
      </Field>
    </FormDialog>
  );
}

/** "a, b,, a" -> ["a", "b"]. */
const tagsOf = (text: string): string[] => [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];
