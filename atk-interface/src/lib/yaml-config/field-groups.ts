import type { Field, FieldGroup, Form } from "./form-types";
import type { ConfigModel, Setting } from "./types";

/**
 * The fields under the headings of the text, in the order of the text. What the text does not set stands where
 * `template` (the pipeline's own config) has it, when the text has that heading too; otherwise under no heading.
 */
export function groupFields(form: Form, model: ConfigModel, template?: ConfigModel): FieldGroup[] {
  const headings = new Map<string, { fields: Field[]; unknown: Setting[] }>();
  const group = (heading: string): { fields: Field[]; unknown: Setting[] } => {
    const known = headings.get(heading) ?? { fields: [], unknown: [] };
    headings.set(heading, known);
    return known;
  };
  group("");
  for (const heading of model.headings) group(nameOf([...heading.within, heading.name]));
  if (model.headings.length === 0) for (const heading of template?.headings ?? []) group(nameOf([...heading.within, heading.name]));
  const places = [placesOf(model), ...(template ? [placesOf(template)] : [])];
  for (const field of form.fields) {
    const heading = places.map((place) => place.get(field.name)).find((name) => name !== undefined && headings.has(name));
    group(heading ?? "").fields.push(field);
  }
  for (const setting of model.settings) {
    if (setting.path.length === 1 && !setting.known && setting.path[0] !== "no_flatten") group(nameOf(setting.headings)).unknown.push(setting);
  }
  return [...headings].filter(([, { fields, unknown }]) => fields.length + unknown.length > 0).map(([heading, inner]) => ({ heading, ...inner }));
}

/** The heading of each parameter that a text sets or holds commented out. */
function placesOf(model: ConfigModel): Map<string, string> {
  const places = new Map<string, string>();
  for (const { path, headings } of model.commentedOut) if (path.length === 1) places.set(String(path[0]), nameOf(headings));
  for (const { path, headings } of model.settings) if (path.length === 1) places.set(String(path[0]), nameOf(headings));
  return places;
}

function nameOf(headings: readonly string[]): string {
  return headings.join(" / ");
}
