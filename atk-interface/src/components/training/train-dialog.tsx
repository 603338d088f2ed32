import { useInfiniteQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import { modelsQuery } from "@/api/models";
import type { DatasetEntry, TrainingWish } from "@/api/schema";
import { useStartTraining } from "@/api/training";
import { Checkbox, Field, Select, TextInput } from "@/components/field";
import { FormDialog } from "@/components/form-dialog";
import { toast } from "@/components/toasts";
import { BASE_MODELS, PRESETS, type Preset } from "@/components/training/base-models";
import { StagesTable } from "@/components/training/stages-table";
import { inTrainingOrder, notesOn } from "@/components/training/training-notes";

/** What is to be trained on, from which model, and what is to follow. It writes a config and queues it. */
export default function TrainDialog({ entries, onClose }: { entries: readonly DatasetEntry[]; onClose: () => void }) {
  const stages = inTrainingOrder(entries);
  const notes = notesOn(stages);
  const named = stages.find(({ base_model: name }) => name)?.base_model ?? "";
  const [baseModel, setBaseModel] = useState(named || (BASE_MODELS[0]?.name ?? ""));
  const [preset, setPreset] = useState<Preset>("auto");
  const [evaluate, setEvaluate] = useState(true);
  const [hasExport, setExport] = useState(true);
  const start = useStartTraining();
  const navigate = useNavigate();

  const submit = async () => {
    const then: TrainingWish["then"] = [...(evaluate ? (["evaluate"] as const) : []), ...(hasExport ? (["export"] as const) : [])];
    const sources = stages.map(({ run, file }) => ({ run, file }));
    const { run, made } = await start.mutateAsync({ sources, base_model: baseModel.trim(), preset, name: "", then });
    toast({ tone: "good", title: `${run.name} is queued`, detail: `Its config is configs/${made.config}.` });
    void navigate(`/runs/${run.id}`);
  };

  return (
    <FormDialog title="Train on this" description="A config is written below configs/train, and a run of it queued." action="Start training" variant="go" disabled={baseModel.trim() === ""} onSubmit={submit} onClose={onClose}>
      <StagesTable entries={stages} />
      {notes.map((note) => (
        <p key={note} className="flex gap-2 text-sm">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          {note}
        </p>
      ))}
      <BaseModelField value={baseModel} named={named} onChange={setBaseModel} />
      <Field label="Memory to make do with">
        {(ties) => (
          <Select {...ties} value={preset} onChange={(event) => setPreset(PRESETS.find(({ value }) => value === event.target.value)?.value ?? "auto")}>
            {PRESETS.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <fieldset className="flex flex-wrap gap-x-6 gap-y-2">
        <legend className="mb-1 text-sm font-medium">Then, by itself</legend>
        <Checkbox checked={evaluate} onChange={(event) => setEvaluate(event.target.checked)}>
          Evaluate before and after
        </Checkbox>
        <Checkbox checked={hasExport} onChange={(event) => setExport(event.target.checked)}>
          Export for llama.cpp and Ollama
        </Checkbox>
      </fieldset>
    </FormDialog>
  );
}

function BaseModelField({ value, named, onChange }: { value: string; named: string; onChange: (value: string) => void }) {
  const id = useId();
  const trained = useInfiniteQuery(modelsQuery("full")).data?.pages[0]?.items ?? [];
  const known = [...BASE_MODELS, ...trained.map(({ path, name }) => ({ name: path, note: `${name}, trained here` }))];
  const suggestions = named && !known.some(({ name }) => name === named) ? [{ name: named, note: "what the data names" }, ...known] : known;
  return (
    <Field label="Start from" hint="A name on the Hugging Face hub (it is downloaded), a folder of this project, or new: a tiny model from nothing.">
      {(ties) => (
        <>
          <TextInput {...ties} list={id} className="font-mono" value={value} onChange={(event) => onChange(event.target.value)} autoComplete="off" spellCheck={false} />
          <datalist id={id}>
            {suggestions.map(({ name, note }) => (
              <option key={name} value={name} label={note} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
