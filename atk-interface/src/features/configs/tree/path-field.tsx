import { Field, TextInput } from "@/components/field";
import { toPath, whyNot } from "./config-path";

interface PathFieldProps {
  label: string;
  typed: string;
  onType: (typed: string) => void;
  problem?: string;
}

/** A config's name, with folders before it. */
export function PathField({ label, typed, onType, problem = "" }: PathFieldProps) {
  const path = toPath(typed);
  const wrong = whyNot(path) || problem;
  return (
    <Field label={label} error={wrong} hint={path ? `configs/${path}` : "Such as poems, or letters/first-try. Folders are made."}>
      {(ties) => <TextInput {...ties} required autoComplete="off" spellCheck={false} className="font-mono text-sm" value={typed} onChange={(event) => onType(event.target.value)} />}
    </Field>
  );
}
