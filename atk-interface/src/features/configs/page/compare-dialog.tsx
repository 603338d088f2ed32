import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { runQuery, runsQuery } from "@/api/runs";
import { Dialog } from "@/components/dialog";
import { Difference } from "@/components/editor/difference";
import { Field, Select } from "@/components/field";
import { moment } from "@/lib/format";
import { yamlOf, type ConfigModel, type Form, type YamlMap } from "@/lib/yaml-config";

interface CompareDialogProps {
  path: string;
  model: ConfigModel;
  form: Form;
  saved: string;
  example: string;
  onClose: () => void;
}

type Other = "saved" | "template" | "run";

/** What the text differs in: from what is saved, from the pipeline's own config, from what a run was made with. */
export function CompareDialog({ path, model, form, saved, example, onClose }: CompareDialogProps) {
  const [other, setOther] = useState<Other>(model.text === saved ? "template" : "saved");
  const lastRun = useLastRun(path, model.pipeline ?? "", other === "run");
  const sides = {
    saved: { before: saved, after: model.text, name: "the saved text" },
    template: { before: example, after: model.text, name: "the pipeline's own config" },
    run: lastRun.config && { before: settingsText(lastRun.config), after: settingsText(filledUp(model, form, lastRun.config)), name: "the last run" },
  }[other];
  return (
    <Dialog open onOpenChange={onClose} wide title="What is different">
      <div className="flex flex-col gap-4">
        <Field label="Compare with" hint={other === "run" ? lastRun.words : undefined}>
          {(ties) => (
            <Select {...ties} value={other} onChange={(event) => setOther(toOther(event.target.value))}>
              <option value="saved">What is saved</option>
              <option value="template">The pipeline's own config</option>
              <option value="run">The last run of this config</option>
            </Select>
          )}
        </Field>
        {sides && <Difference before={sides.before} after={sides.after} beforeName={sides.name} afterName="your text" />}
      </div>
    </Dialog>
  );
}

const toOther = (value: string): Other => (value === "template" || value === "run" ? value : "saved");

/** A run keeps values, not the text: so both sides are written the same way, by name. */
function settingsText(values: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(values).filter(([name]) => name !== "pipeline").toSorted(([one], [other]) => one.localeCompare(other));
  return `${yamlOf(Object.fromEntries(sorted) as YamlMap)}\n`; // both come as JSON
}

/** What the text comes to with the defaults, which a run writes out. */
function filledUp(model: ConfigModel, form: Form, run: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const standard = form.fields.filter(({ name }) => name in run).map((field) => [field.name, field.default ?? null] as const);
  return { ...Object.fromEntries(standard), ...model.values };
}

function useLastRun(path: string, pipeline: string, enabled: boolean) {
  const runs = useInfiniteQuery({ ...runsQuery({ text: pipeline }, 50), enabled });
  const found = runs.data?.pages.flatMap((page) => page.items).find((run) => run.config_file === path || run.config_file.endsWith(`configs/${path}`));
  const run = useQuery(runQuery(enabled ? (found?.id ?? "") : "")).data;
  if (run) return { config: run.config, words: `${run.name}, started ${moment(run.started)}. Only values are compared: a run keeps no comments, and writes the defaults out.` };
  return { config: null, words: runs.isPending || found ? "Looking for it …" : "No run of this config is among the latest 50 of its pipeline." };
}
