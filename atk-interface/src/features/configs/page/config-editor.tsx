import { useCallback, useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import type { StoredConfig } from "@/api/schema";
import { YamlEditor } from "@/components/editor/yaml-editor";
import { Page } from "@/components/page";
import { toast } from "@/components/toasts";
import { isUnsaved } from "@/features/configs/document/document";
import { lineNotes } from "@/features/configs/document/place-mistakes";
import { stops, todosOf, type Todo } from "@/features/configs/document/todo";
import { useConfigDocument } from "@/features/configs/document/use-config-document";
import { ConfigForm } from "@/features/configs/form/config-form";
import { FormContext } from "@/features/configs/form/form-context";
import { setValue } from "@/lib/yaml-config";
import { useShortcuts } from "@/lib/shortcuts";
import { ClashDialog } from "./clash-dialog";
import { CommandLine } from "./command-line";
import { CompareDialog } from "./compare-dialog";
import { ConfigMenu } from "./config-menu";
import { LeaveGuard } from "./leave-guard";
import { PathLinks } from "./path-links";
import { PipelineChoice } from "./pipeline-choice";
import { ReadyBar } from "./ready-bar";
import { RestoredNote } from "./restored-note";
import { RunDialog } from "./run-dialog";
import { Sides, type Side } from "./sides";
import { titleOf, TodoList } from "./todo-list";
import { TrialPanel } from "./trial-panel";
import { useCheck } from "./use-check";
import { useFormShared } from "./use-form-shared";
import { usePipelineForm } from "./use-pipeline-form";
import { useReveal } from "./use-reveal";
import { useSave } from "./use-save";
import { useTrial } from "./use-trial";

/** A config as a form and as text, which are one document; and everything that is done with it before it runs. */
export function ConfigEditor({ stored }: { stored: StoredConfig }) {
  const { path } = stored;
  const { document, commands, restored } = useConfigDocument(stored);
  const { text } = document;
  const unsaved = isUnsaved(document);
  const pipeline = usePipelineForm(text);
  const { model } = pipeline;
  const check = useCheck(path, text);
  const saving = useSave(path, document, commands);
  const [estimate, preview] = [useTrial("estimate", text), useTrial("preview", text)];
  const [open, setOpen] = useState<"" | "run" | "compare">("");
  const [side, setSide] = useSide();
  const places = useReveal();
  const showText = useCallback(() => setSide("text"), [setSide]);
  const checked = check.isCurrent ? check.checked : undefined;
  const { shared, markedLine, onCursor } = useFormShared({ document, commands, pipeline, checked: check.checked, places, showText });

  const todos = useMemo(() => todosOf(model, checked ?? check.checked), [model, checked, check.checked]);
  const notes = useMemo(() => lineNotes(checked, model), [checked, model]);
  const isReady = checked?.ok === true && !todos.some(stops);
  const save = () => void (unsaved && saving.save());
  useShortcuts("This config", [{ keys: "mod+s", label: "Save", run: save }]);
  useEffect(() => {
    if (restored) toast({ tone: "info", title: "Your unsaved edits are back", detail: `${path} is as you left it before the page was loaded again.` });
  }, [restored, path]);

  const { setTarget, setReveal } = places;
  const goTo = (todo: Todo) => {
    const isField = todo.key !== "" && model.editable && pipeline.form.fields.some(({ name }) => name === todo.key.split(".")[0]);
    if (!isField) {
      shared.showLine(Math.max(1, todo.line));
      return;
    }
    setSide("form");
    setTarget({ key: todo.key });
    if (todo.line > 0) setReveal({ line: todo.line, focus: false });
  };
  const run = () => {
    if (isReady) {
      setOpen("run");
      return;
    }
    const [first] = todos.filter(stops);
    if (first) {
      toast({ tone: "info", title: `Not yet: ${titleOf(todos.filter(stops))}`, detail: `First ${first.key || `line ${first.line}`}.` });
      goTo(first);
    } else toast({ tone: "info", title: check.error ? "Not checked yet: the service does not answer" : "Still checking: press Run again in a moment" });
  };

  return (
    <Page
      title={path}
      heading={path.split("/").at(-1)}
      above={<PathLinks path={path} />}
      pipeline={pipeline.name}
      full
      actions={<ConfigMenu path={path} unsaved={unsaved} onCompare={() => setOpen("compare")} onDiscard={() => commands.replace(document.saved.text)} />}
    >
      <ReadyBar
        check={check}
        todos={todos}
        unsaved={unsaved}
        saving={saving.busy}
        canUndo={document.past.length > 0}
        canRedo={document.future.length > 0}
        onUndo={commands.undo}
        onRedo={commands.redo}
        onSave={save}
        onRun={run}
        isReady={isReady}
        estimate={estimate}
        preview={preview}
      />
      {restored && unsaved && <RestoredNote onDiscard={() => commands.replace(document.saved.text)} />}
      <TodoList todos={todos} onGo={goTo} />
      <TrialPanel kind="estimate" trial={estimate} />
      <TrialPanel kind="preview" trial={preview} />
      <Sides
        side={side}
        onSide={setSide}
        onUndo={commands.undo}
        onRedo={commands.redo}
        form={
          <FormContext value={shared}>
            <div className="flex flex-col gap-5">
              <PipelineChoice pipeline={pipeline} waiting={shared.waiting} onChoose={(name) => shared.apply(["pipeline"], (before, schema) => setValue(before, ["pipeline"], name, schema))} />
              <ConfigForm template={pipeline.template} />
            </div>
          </FormContext>
        }
        text={<YamlEditor label={`YAML of ${path}`} text={text} onChange={commands.type} notes={notes} markedLine={markedLine} reveal={places.reveal} onCursor={onCursor} />}
      />
      <div data-quiet className="max-w-2xl">
        <CommandLine path={path} />
      </div>
      {open === "run" && <RunDialog path={path} unsaved={unsaved} save={saving.save} onClose={() => setOpen("")} />}
      {open === "compare" && <CompareDialog path={path} model={model} form={pipeline.form} saved={document.saved.text} example={pipeline.template.text} onClose={() => setOpen("")} />}
      <ClashDialog saving={saving} text={text} path={path} />
      <LeaveGuard path={path} unsaved={unsaved} saving={saving} />
    </Page>
  );
}

/** Which side is shown where only one fits; in the address, so that it can be linked to. */
function useSide(): [Side, (side: Side) => void] {
  const [params, setParams] = useSearchParams();
  const setSide = useCallback(
    (side: Side) =>
      setParams(
        (now) => {
          if (side === "text") now.set("side", "text");
          else now.delete("side");
          return now;
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  );
  return [params.get("side") === "text" ? "text" : "form", setSide];
}
