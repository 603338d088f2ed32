import { Pencil } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { useLabelRun } from "@/api/runs";
import type { Run } from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import { TextInput } from "@/components/field";
import { toastProblem } from "@/components/toasts";

/** The name of a run, to be changed where it stands. */
export function RunName({ run }: { run: Run }) {
  const [typed, setTyped] = useState<string>();
  const label = useLabelRun();
  if (typed === undefined) {
    return (
      <span className="inline-flex max-w-full items-center gap-1">
        <span className="min-w-0 break-words">{run.name}</span>
        <IconButton label="Rename" onClick={() => setTyped(run.name)}>
          <Pencil aria-hidden className="size-4" />
        </IconButton>
      </span>
    );
  }

  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    label.mutate(
      { id: run.id, name: typed.trim() },
      { onSuccess: () => setTyped(undefined), onError: (error) => toastProblem("The name was not changed", error) },
    );
  };
  return (
    <form onSubmit={save} className="flex flex-wrap items-center gap-2 text-base font-normal">
      <TextInput
        // It takes the place of the button that was pressed.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        aria-label="Name of the run"
        className="max-w-80 text-lg"
        maxLength={200}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setTyped(undefined)}
      />
      <Button type="submit" variant="primary" busy={label.isPending}>
        Save
      </Button>
      <Button onClick={() => setTyped(undefined)}>Leave it</Button>
    </form>
  );
}
