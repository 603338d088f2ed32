import type { Field, Setting } from "@/lib/yaml-config";
import { isSingleControl } from "./control";
import { useForm } from "./form-context";
import type { SettingState } from "./use-setting";

interface SettingTitleProps {
  field: Field;
  setting: SettingState;
  id: string;
  titleId: string;
}

/** What a setting is called, and ways to its line and back to its default. */
export function SettingTitle({ field, setting, id, titleId }: SettingTitleProps) {
  const { written, waiting, reset } = setting;
  return (
    <div className="flex flex-wrap items-baseline gap-x-2">
      {isSingleControl(field) ? (
        <label id={titleId} htmlFor={id} className="font-medium">
          {field.title}
        </label>
      ) : (
        <span id={titleId} className="font-medium">
          {field.title}
        </span>
      )}
      {field.name !== field.title && <code className="font-mono text-xs text-soft">{field.name}</code>}
      <span className="ml-auto flex items-baseline gap-3 text-sm">
        {written && !field.required && !written.merged && (
          <button type="button" aria-label={`Back to default: ${field.title}`} className="text-soft underline underline-offset-4 hover:text-text" disabled={waiting} onClick={reset}>
            Back to default
          </button>
        )}
        {written && <LineLink written={written} title={field.title} />}
      </span>
    </div>
  );
}

function LineLink({ written, title }: { written: Setting; title: string }) {
  const { showLine } = useForm();
  return (
    <button type="button" aria-label={`line ${written.line}: ${title}`} className="text-soft tabular-nums underline underline-offset-4 hover:text-text" onClick={() => showLine(written.line)}>
      line {written.line}
    </button>
  );
}
