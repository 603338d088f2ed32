import { useId, useState } from "react";
import { Field, Select, TextInput } from "@/components/field";

export interface SourceChoice {
  dataset: string;
  file: string;
  text: string;
}

interface SourceFieldsProps {
  datasets: readonly string[];
  /** Those that are offered; any other may be typed. */
  files: readonly string[];
  choice: SourceChoice;
  onChoose: (changes: Partial<SourceChoice>) => void;
}

/** Which dataset, which document, and which of its rows. */
export function SourceFields({ datasets, files, choice, onChoose }: SourceFieldsProps) {
  const list = useId();
  return (
    <div className="flex flex-wrap items-start gap-3">
      <Field label="Dataset" className="flex-1 basis-40">
        {(ties) => (
          <Select {...ties} value={choice.dataset} onChange={(event) => onChoose({ dataset: event.target.value, file: "" })}>
            {datasets.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Document" hint="Those of the first rows are offered; any other can be typed." className="flex-1 basis-52">
        {(ties) => (
          <>
            <Kept key={choice.file} ties={ties} list={list} value={choice.file} onChange={(file) => onChoose({ file })} />
            <datalist id={list}>
              {files.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label="Rows that hold" className="flex-1 basis-40">
        {(ties) => <Kept key={choice.text} ties={ties} placeholder="any text" value={choice.text} onChange={(text) => onChoose({ text })} />}
      </Field>
    </div>
  );
}

interface KeptProps {
  ties: { id: string };
  value: string;
  onChange: (value: string) => void;
  list?: string;
  placeholder?: string;
}

/** Takes what was typed when Enter is pressed or the field is left. */
function Kept({ ties, value, onChange, list, placeholder }: KeptProps) {
  const [typed, setTyped] = useState(value);
  const keep = () => {
    if (typed !== value) onChange(typed);
  };
  return (
    <TextInput
      {...ties}
      type="search"
      list={list}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && keep()}
    />
  );
}
