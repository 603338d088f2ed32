import type { EvaluationEntry } from "@/api/schema";
import { Field, Select } from "@/components/field";
import { moment } from "@/lib/format";
import { nameOfModel } from "@/lib/paths";

interface EvaluationPickerProps {
  label: string;
  /** Id of the run that made it; empty: none yet. */
  chosen: string;
  /** An evaluation is not compared with itself. */
  other: string;
  evaluations: readonly EvaluationEntry[];
  onChoose: (run: string) => void;
}

/** One of the evaluations that there are. One that is chosen and not among them, because it is older, keeps its place. */
export function EvaluationPicker({ label, chosen, other, evaluations, onChoose }: EvaluationPickerProps) {
  const offered = evaluations.filter(({ run }) => run !== other);
  const isListed = offered.some(({ run }) => run === chosen);
  return (
    <Field label={label} className="flex-1 basis-64">
      {(ties) => (
        <Select {...ties} value={chosen} onChange={({ target }) => onChoose(target.value)}>
          {!chosen && <option value="">Choose one</option>}
          {chosen && !isListed && <option value={chosen}>Run {chosen}</option>}
          {offered.map(({ run, run_name: name, after, created }) => (
            <option key={run} value={run}>
              {name} ({nameOfModel(after)}, {moment(created)})
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
