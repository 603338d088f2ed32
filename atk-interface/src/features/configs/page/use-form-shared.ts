import { useCallback, useMemo } from "react";
import { lineAt } from "@/components/editor/text-difference";
import type { Checked } from "@/api/schema";
import { toast } from "@/components/toasts";
import type { ConfigDocument } from "@/features/configs/document/document";
import { keyOf } from "@/features/configs/document/place-mistakes";
import { settingAtOffset } from "@/features/configs/document/setting-at-offset";
import type { DocumentCommands } from "@/features/configs/document/use-config-document";
import type { FormShared } from "@/features/configs/form/form-context";
import type { Setting } from "@/lib/yaml-config";
import type { PipelineForm } from "./use-pipeline-form";
import type { useReveal } from "./use-reveal";

const NONE: Checked["mistakes"] = [];

interface Given {
  document: ConfigDocument;
  commands: DocumentCommands;
  pipeline: PipelineForm;
  checked: Checked | undefined;
  places: ReturnType<typeof useReveal>;
  /** Shows the text, where only one side fits. */
  showText: () => void;
}

/** What the form's fields share, and what the editor is told of them. */
export function useFormShared({ document, commands, pipeline, checked, places, showText }: Given) {
  const { schema, form, model, readable } = pipeline;
  const { here, setHere, target, onReached, setReveal } = places;
  const { text } = document;
  const { editField } = commands;

  const apply = useCallback<FormShared["apply"]>(
    (path, make) => {
      const edit = make(text, schema);
      if (!edit.ok) {
        toast({ tone: "bad", title: `${keyOf(path)} is not changed`, detail: edit.reason });
        return;
      }
      editField(keyOf(path), edit.text);
      if (edit.follows.length > 0) toast({ tone: "info", title: "This changed too", detail: `${edit.follows.map(keyOf).join(", ")}: written with the same anchor.` });
    },
    [text, schema, editField],
  );
  const showLine = useCallback(
    (line: number) => {
      showText();
      setReveal({ line, focus: true });
    },
    [showText, setReveal],
  );
  const onField = useCallback<FormShared["onField"]>(
    (path) => {
      setHere({ key: keyOf(path), side: "form" });
      const written = nearestWritten(readable.settings, keyOf(path));
      if (written) setReveal({ line: written.line, focus: false });
    },
    [readable, setHere, setReveal],
  );
  const onCursor = useCallback(
    (offset: number) => {
      const found = settingAtOffset(model, offset, lineAt(model.text, offset));
      setHere({ key: found ? keyOf(found.path) : "", side: "text" });
    },
    [model, setHere],
  );

  const mistakes = checked?.mistakes ?? NONE;
  const active = here.side === "text" ? here.key : "";
  const shared = useMemo<FormShared>(
    () => ({ form, schema, model: readable, mistakes, waiting: !model.editable, active, target, onReached, apply, showLine, onField }),
    [form, schema, readable, mistakes, model.editable, active, target, onReached, apply, showLine, onField],
  );
  const markedLine = here.side === "form" && model.editable ? (nearestWritten(model.settings, here.key)?.line ?? 0) : 0;
  return { shared, markedLine, onCursor };
}

/** The setting itself, or the innermost written one that it stands in. */
function nearestWritten(settings: readonly Setting[], key: string): Setting | undefined {
  const parts = key.split(".");
  for (let length = key ? parts.length : 0; length > 0; length--) {
    const wanted = parts.slice(0, length).join(".");
    const found = settings.find(({ path, merged }) => !merged && keyOf(path) === wanted);
    if (found) return found;
  }
  return undefined;
}
