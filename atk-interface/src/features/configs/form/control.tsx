import type { Field } from "@/lib/yaml-config";
import type { SettingState } from "./use-setting";
import { BooleanControl } from "./controls/boolean-control";
import { ChoiceControl } from "./controls/choice-control";
import { ListControl } from "./controls/list-control";
import { MapControl } from "./controls/map-control";
import { ModelControl } from "./controls/model-control";
import { NestedControl } from "./controls/nested-control";
import { NumberControl } from "./controls/number-control";
import { PathControl } from "./controls/path-control";
import { RawControl } from "./controls/raw-control";
import { SecretControl } from "./controls/secret-control";
import { TextControl } from "./controls/text-control";

/** The ids that tie a control to its name, its description and what is wrong with it. */
export interface Ties {
  readonly id: string;
  readonly "aria-labelledby": string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

export interface ControlProps<Kind extends Field = Field> {
  field: Kind;
  setting: SettingState;
  ties: Ties;
}

/** The control that fits a field. */
export function Control({ field, setting, ties }: ControlProps) {
  switch (field.kind) {
    case "string":
    case "text":
      return <TextControl field={field} setting={setting} ties={ties} />;
    case "integer":
    case "number":
      return <NumberControl field={field} setting={setting} ties={ties} />;
    case "boolean":
      return <BooleanControl field={field} setting={setting} ties={ties} />;
    case "choice":
      return <ChoiceControl field={field} setting={setting} ties={ties} />;
    case "secret":
      return <SecretControl field={field} setting={setting} ties={ties} />;
    case "path":
      return <PathControl field={field} setting={setting} ties={ties} />;
    case "list":
      return <ListControl field={field} setting={setting} ties={ties} />;
    case "map":
      return <MapControl field={field} setting={setting} ties={ties} />;
    case "model":
      return <ModelControl field={field} setting={setting} ties={ties} />;
    case "nested":
      return <NestedControl field={field} setting={setting} ties={ties} />;
    case "anything":
      return <RawControl setting={setting} ties={ties} />;
  }
}

/** Whether a field is one control, so that its title is that control's label. */
export const isSingleControl = ({ kind }: Field): boolean => ["string", "text", "integer", "number", "choice", "path", "anything"].includes(kind);
