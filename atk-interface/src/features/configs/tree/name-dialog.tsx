import { useId, useState, type ReactNode, type SyntheticEvent } from "react";
import { messageOf } from "@/api/problems";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toPath, whyNot } from "./config-path";
import { PathField } from "./path-field";

interface NameDialogProps {
  title: string;
  description: string;
  label: string;
  action: string;
  /** What stands there at first. */
  start: string;
  /** May not be pressed yet, for another reason than the name. */
  notReady?: boolean;
  onName: (path: string) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks for a config's name, and stays open with the reason when it cannot be used. */
export function NameDialog({ title, description, label, action, start, notReady = false, onName, onClose, children }: NameDialogProps) {
  const [typed, setTyped] = useState(start);
  const [state, setState] = useState({ busy: false, problem: "" });
  const id = useId();
  const path = toPath(typed);

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    if (path === "" || whyNot(path) || state.busy || notReady) return;
    setState({ busy: true, problem: "" });
    try {
      await onName(path);
      onClose();
    } catch (error) {
      setState({ busy: false, problem: messageOf(error) });
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" form={id} variant="primary" busy={state.busy} disabled={notReady || path === "" || whyNot(path) !== ""}>
            {action}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {children}
        <PathField
          label={label}
          typed={typed}
          problem={state.problem}
          onType={(next) => {
            setTyped(next);
            setState({ busy: false, problem: "" });
          }}
        />
      </form>
    </Dialog>
  );
}
