/**
 * Configs as text: read for a form, and edited so that only the characters of the edited value change.
 *
 * Every function takes the whole text and gives a result; none throws, on any text. Paths are those of the
 * pipeline (`["small_model", "name"]`): headings that people put around keys are found and kept.
 */
export { readConfig, settingAt } from "./read-config";
export { setValue } from "./set-value";
export { removeValue } from "./remove-value";
export { insertItem, moveItem, removeItem, renameKey } from "./edit-collection";
export { formOf, fieldAt } from "./form-of";
export { groupFields } from "./field-groups";
export { yamlOf, valueOfYaml, yamlLineOf } from "./yaml-of";
export type {
  CommentedSetting,
  ConfigModel,
  Edit,
  Heading,
  JsonSchema,
  KeyComments,
  KeyPath,
  Mark,
  Setting,
  TextChange,
  TextProblem,
  TextRange,
  YamlMap,
  YamlValue,
} from "./types";
export type { Choice, Field, FieldGroup, FieldKind, FieldOf, Form, NumberLimits } from "./form-types";

/*
 * readConfig(text, schema): ConfigModel
 *   Values, places, headings, comments, marks, commented-out keys and problems of a text.
 * settingAt(model, path): Setting | undefined
 *   The written key or list item at a path.
 * setValue(text, path, value, schema): Edit
 *   Writes one value: in place when the key is there, by un-commenting `# key: ...`, or as a new line where it fits.
 * removeValue(text, path, schema): Edit
 *   Takes a key out (back to its default); for a list, the item.
 * insertItem(text, path, index, value, schema): Edit
 *   Puts an item into the list at `path` (which may not be written yet); index = length appends.
 * removeItem(text, path, index, schema): Edit
 * moveItem(text, path, from, to, schema): Edit
 *   `to` is its place afterwards. Comments behind and above the item move along.
 * renameKey(text, path, name, schema): Edit
 *   Gives the key at `path` in a mapping another name, in its place.
 * formOf(schema): Form
 *   The fields of a pipeline, `pipeline` left out, in the order of its parameters.
 * fieldAt(form, path): Field | undefined
 *   The field of a nested path: of a list"s items, a mapping"s properties, a model"s settings.
 * groupFields(form, model, template?): FieldGroup[]
 *   Fields under the headings of the text; those it does not set where the template has them, otherwise last.
 * yamlOf(value): string / valueOfYaml(text): { ok, value } | { ok: false, reason }
 *   For fields that are edited as raw YAML, and to show defaults.
 */
