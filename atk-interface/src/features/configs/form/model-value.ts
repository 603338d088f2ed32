import type { YamlMap, YamlValue } from "@/lib/yaml-config";

/** Where a model answers: a provider's name, one of the built-in words, an address of one's own, or nowhere. */
export type ModelPlace = { readonly at: "unset" | "none" | "offline" | "auto" | "own" } | { readonly at: "provider"; readonly provider: string };

export interface ModelChoice {
  readonly place: ModelPlace;
  /** As the provider calls it. */
  readonly name: string;
}

const asMap = (value: YamlValue | undefined): YamlMap | null => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : null);

/** Reads what a config says of a model: `offline`, `openai:gpt-5-mini`, or a mapping with name and base_url. */
export function readModel(value: YamlValue | undefined): ModelChoice {
  if (value === undefined) return { place: { at: "unset" }, name: "" };
  if (value === null) return { place: { at: "none" }, name: "" };
  const map = asMap(value);
  if ((map?.["base_url"] ?? null) !== null) return { place: { at: "own" }, name: textOf(map?.["name"]) };
  return readName(map ? textOf(map["name"] ?? "auto") : textOf(value));
}

const textOf = (value: YamlValue | undefined): string => (value === undefined || value === null || typeof value === "object" ? "" : String(value));

/** A model by one word: `offline`, `auto`, `PROVIDER:NAME`. */
function readName(name: string): ModelChoice {
  if (name === "offline" || name === "auto") return { place: { at: name }, name: "" };
  const [, provider, rest] = /^([a-z0-9][a-z0-9_-]{0,39}):(.*)$/.exec(name) ?? [];
  if (provider !== undefined) return { place: { at: "provider", provider }, name: rest ?? "" };
  return { place: { at: "own" }, name };
}

/** What to write for a model. What else a mapping says of it stays; address and key belong to the place it had. */
export function writeModel(before: YamlValue | undefined, { place, name }: ModelChoice): YamlValue {
  const map = asMap(before) ?? {};
  const { base_url: address, api_key: key } = map;
  const others = Object.fromEntries(Object.entries(map).filter(([setting]) => !["name", "base_url", "api_key"].includes(setting)));
  if (place.at === "none" || place.at === "unset") return null;
  if (place.at === "own") return { name, base_url: address ?? "", ...(key !== undefined && { api_key: key }), ...others };
  const word = place.at === "provider" ? `${place.provider}:${name}` : place.at;
  return Object.keys(others).length > 0 ? { name: word, ...others } : word;
}

/** The same name at the same place: address and key stay. */
export function renameModel(before: YamlValue | undefined, choice: ModelChoice): YamlValue {
  const map = asMap(before);
  const word = choice.place.at === "provider" ? `${choice.place.provider}:${choice.name}` : choice.name;
  return map ? { ...map, name: word } : writeModel(before, choice);
}
