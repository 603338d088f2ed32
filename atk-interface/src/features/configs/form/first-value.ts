import type { Field, YamlValue } from "@/lib/yaml-config";

/** What a new list item or map entry begins with: as little as the schema allows. */
export function firstValue(field: Field): YamlValue {
  if (field.default !== undefined) return field.default;
  switch (field.kind) {
    case "integer":
    case "number":
      return Math.max(0, (field.limits.minimum ?? 0) + (field.limits.aboveMinimum ? 1 : 0));
    case "boolean":
      return false;
    case "choice":
      return field.choices[0] ?? null;
    case "list":
      return [];
    case "model":
      return "offline";
    case "map":
    case "nested":
      return Object.fromEntries(field.fields.filter(({ required }) => required).map((inner) => [inner.name, firstValue(inner)]));
    case "anything":
    case "secret":
      return null;
    default:
      return "";
  }
}
