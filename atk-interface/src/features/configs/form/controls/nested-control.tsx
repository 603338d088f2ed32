import type { FieldOf } from "@/lib/yaml-config";
import type { ControlProps } from "../control";
import { InnerSettings } from "../inner-settings";

/** Settings of another pipeline that this one runs as a part. */
export const NestedControl = ({ field, ties }: ControlProps<FieldOf<"nested">>) => (
  <div role="group" {...ties} aria-invalid={undefined}>
    <InnerSettings label={`Settings of ${field.pipeline}`} path={field.path} fields={field.fields} />
  </div>
);
