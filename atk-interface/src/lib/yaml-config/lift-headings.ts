import { isMap } from "./evaluate";
import { isNear } from "./near-names";
import { mayBeMapping, parameterNames } from "./schema-nodes";
import type { JsonSchema, KeyPath, YamlMap, YamlValue } from "./types";

/** A config without its headings: a key that is a parameter keeps its value whole, any other mapping is a heading. */
export interface Lifted {
  readonly values: ReadonlyMap<string, YamlValue>;
  /** Where each key stands in the text, headings first. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
  readonly headings: readonly (readonly string[])[];
  readonly twice: readonly { readonly name: string; readonly first: KeyPath; readonly second: KeyPath }[];
}

/** What lifting asks of a schema, each name looked up once: every keystroke reads the same text anew. */
interface Names {
  readonly all: ReadonlySet<string>;
  readonly mappings: readonly string[];
  readonly nearAny: Map<string, boolean>;
  readonly nearMapping: Map<string, boolean>;
}

const known = new WeakMap<JsonSchema, Names>();

function namesOf(schema: JsonSchema): Names {
  const names = parameterNames(schema);
  const found = known.get(schema) ?? {
    all: new Set([...names, "no_flatten"]),
    mappings: names.filter((name) => mayBeMapping(schema, name)),
    nearAny: new Map<string, boolean>(),
    nearMapping: new Map<string, boolean>(),
  };
  known.set(schema, found);
  return found;
}

function remembered(answers: Map<string, boolean>, name: string, among: Iterable<string>): boolean {
  const answer = answers.get(name) ?? isNear(name, among);
  if (answers.size > 1000) answers.clear();
  answers.set(name, answer);
  return answer;
}

/** Lift the headings as the pipelines' reader does. */
export function lift(root: YamlValue | undefined, schema: JsonSchema): Lifted {
  const { all: names, mappings, nearAny, nearMapping } = namesOf(schema);
  const values = new Map<string, YamlValue>();
  const origins = new Map<string, string[]>();
  const headings: string[][] = [];
  const twice: { name: string; first: KeyPath; second: KeyPath }[] = [];

  const isHeading = (name: string, value: YamlValue): boolean => {
    if (value === null) return !remembered(nearAny, name, names);
    if (!isMap(value)) return false;
    const inner = Object.keys(value);
    return inner.length === 0 || inner.some((key) => names.has(key)) || !remembered(nearMapping, name, mappings);
  };
  const liftInto = (map: YamlMap, path: string[]): void => {
    for (const [name, value] of Object.entries(map)) {
      const here = [...path, name];
      if (!names.has(name) && isHeading(name, value)) {
        headings.push(here);
        if (isMap(value)) liftInto(value, here);
      } else if (values.has(name)) twice.push({ name, first: origins.get(name) ?? [], second: here });
      else {
        values.set(name, value);
        origins.set(name, here);
      }
    }
  };
  if (isMap(root)) liftInto(root, []);
  return { values, origins, headings, twice };
}
