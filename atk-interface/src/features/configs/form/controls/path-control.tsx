import { FolderOpen } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Root } from "@/api/files";
import { Button } from "@/components/button";
import { TextInput } from "@/components/field";
import type { FieldOf } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { useTyped, type Read } from "../use-typed";
import { lettersOf } from "./text-control";

const PathPicker = lazy(() => import("@/components/path-picker").then((module) => ({ default: module.PathPicker })));

/** A folder or file of the project, written or chosen. */
export function PathControl({ field, setting, ties }: ControlProps<FieldOf<"path">>) {
  const [picking, setPicking] = useState(false);
  const read = (typed: string): Read<string | null> => ({ ok: true, value: typed === "" && field.nullable ? null : typed });
  const typed = useTyped({ shown: lettersOf(setting.value), read, show: lettersOf, commit: setting.set });
  const root = rootOf(typed.text || lettersOf(field.default) || "inputs");
  return (
    <div className="flex flex-wrap gap-2">
      <TextInput
        {...ties}
        className="flex-1 basis-48 font-mono text-sm"
        autoComplete="off"
        spellCheck={false}
        value={typed.text}
        disabled={setting.waiting}
        placeholder={setting.written ? "" : lettersOf(field.default)}
        onChange={(event) => typed.change(event.target.value)}
      />
      {root && (
        <Button icon={<FolderOpen aria-hidden className="size-4" />} disabled={setting.waiting} aria-label={`Choose: ${field.title}`} onClick={() => setPicking(true)}>
          Choose
        </Button>
      )}
      {root && picking && (
        <Suspense>
          <PathPicker open onOpenChange={setPicking} root={root} kind="either" value={typed.text} title={`Choose: ${field.title.toLowerCase()}`} onPick={setting.set} />
        </Suspense>
      )}
    </div>
  );
}

/** Which of the folders that can be looked into a path is in; null for paths elsewhere. */
function rootOf(path: string): Root | null {
  const [first] = path.replace(/^\.\//, "").split("/");
  return first === "inputs" || first === "outputs" || first === "models" ? first : null;
}
