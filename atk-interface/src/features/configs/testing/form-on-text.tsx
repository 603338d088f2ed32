import { QueryClientProvider } from "@tanstack/react-query";
import { useMemo, useReducer, useState } from "react";
import { MemoryRouter } from "react-router";
import { newQueryClient } from "@/api/queries";
import type { Mistake } from "@/api/schema";
import { changeDocument, openDocument } from "@/features/configs/document/document";
import { keyOf } from "@/features/configs/document/place-mistakes";
import { ConfigForm } from "@/features/configs/form/config-form";
import { FormContext, type FormShared, type Target } from "@/features/configs/form/form-context";
import { formOf, readConfig, type JsonSchema } from "@/lib/yaml-config";

interface FormOnTextProps {
  text: string;
  schema: JsonSchema;
  mistakes?: Mistake[];
  goTo?: string;
}

/** The form over a text, with the text shown below and undoable, as on the page. */
export function FormOnText({ text: first, schema, mistakes = [], goTo }: FormOnTextProps) {
  const [client] = useState(newQueryClient);
  const [document, dispatch] = useReducer(changeDocument, openDocument({ text: first, version: "a" }));
  const [target, setTarget] = useState<Target | null>(goTo ? { key: goTo } : null);
  const [problem, setProblem] = useState("");
  const { text } = document;
  const form = useMemo(() => formOf(schema), [schema]);
  const model = readConfig(text, schema);
  const shared: FormShared = {
    form,
    schema,
    model,
    mistakes,
    waiting: !model.editable,
    active: "",
    target,
    onReached: () => setTarget(null),
    showLine: () => undefined,
    onField: () => undefined,
    apply: (path, make) => {
      const edit = make(text, schema);
      if (edit.ok) dispatch({ type: "field-edited", key: keyOf(path), text: edit.text, at: performance.now() });
      else setProblem(edit.reason);
    },
  };
  return (
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <FormContext value={shared}>
          <ConfigForm template={readConfig("", schema)} />
        </FormContext>
        <pre data-testid="text">{text}</pre>
        <p role="alert">{problem}</p>
        <button type="button" onClick={() => dispatch({ type: "undo", at: performance.now() })}>
          Undo
        </button>
      </MemoryRouter>
    </QueryClientProvider>
  );
}
