import { alternatives, isSchema, marked, propertiesOf, resolved } from "./schema-nodes";
import type { Choice, Field, Form, NumberLimits } from "./form-types";
import type { JsonSchema, KeyPath, YamlValue } from "./types";
import { yamlLineOf } from "./yaml-of";

const DEEPEST = 12;
const PLACES = ["file", "folder"] as const;

/** The form of a pipeline: one field for each parameter and run option, `pipeline` left out, in their order. */
export function formOf(schema: JsonSchema): Form {
  const reader = new FieldReader(schema);
  return {
    pipeline: text(schema["title"]),
    description: text(schema["description"]),
    fields: reader.fields(schema, [], false).filter((field) => field.name !== "pipeline"),
    takesAnything: schema["additionalProperties"] === true,
  };
}

/** The field of a nested path: a list's item, a mapping's key, a model's setting. */
export function fieldAt(form: Form, path: KeyPath): Field | undefined {
  const [first, ...rest] = path;
  let field = form.fields.find((each) => each.name === String(first));
  for (const part of rest) {
    const parent: Field | undefined = field;
    if (!parent) return undefined;
    if (parent.kind === "list") field = { ...parent.item, name: String(part) };
    else if ("fields" in parent) {
      const inner: Field | undefined = parent.fields.find((each) => each.name === String(part));
      field = inner ?? (parent.kind === "map" && parent.value ? { ...parent.value, name: String(part), title: String(part) } : undefined);
    } else return undefined;
  }
  return field && { ...field, path };
}

class FieldReader {
  private readonly root: JsonSchema;

  constructor(root: JsonSchema) {
    this.root = root;
  }

  /** The properties of a node. `override`: nothing is required, as in the settings of another pipeline. */
  fields(node: JsonSchema, path: KeyPath, override: boolean): Field[] {
    if (path.length > DEEPEST) return [];
    const listed = node["required"];
    const required = new Set(Array.isArray(listed) ? listed : []);
    return propertiesOf(node).map(([name, property]) => this.field(name, property, [...path, name], required.has(name) && !override));
  }

  field(name: string, node: JsonSchema, path: KeyPath, required: boolean): Field {
    const here = resolved(this.root, node);
    const options = alternatives(this.root, node);
    const real = options.filter((option) => option["type"] !== "null" && option["const"] !== null);
    const standard = here["default"] as YamlValue | undefined; // a schema comes as JSON
    const base = {
      name,
      path,
      title: titleOf(name),
      description: text(here["description"]),
      default: standard,
      defaultText: standard === undefined ? "" : yamlLineOf(standard),
      required,
      nullable: real.length < options.length,
      runOption: here["x-run-option"] === true,
    };
    const isModel = marked(this.root, node, "x-model") && !real.some((option) => option["type"] === "array");
    const settings = isModel ? real.find((option) => option["type"] === "object") : undefined;
    return { ...base, ...(settings ? { kind: "model", fields: this.fields(settings, path, false) } : this.kind(real, path)) };
  }

  private kind(options: JsonSchema[], path: KeyPath): Kind {
    const [first] = options;
    if (!first) return { kind: "anything" };
    if (options.length === 1) return this.single(first, path);
    if (options.every((option) => option["format"] === "password" || (isSchema(option["items"]) && option["items"]["format"] === "password"))) return { kind: "secret", several: options.some((option) => option["type"] === "array") };
    const choices = options.flatMap(choicesOf);
    if (options.every((option) => choicesOf(option).length > 0)) return { kind: "choice", choices };
    const list = options.find((option) => option["type"] === "array");
    if (list && options.length === 2 && isSchema(list["items"])) return { kind: "list", item: this.field("0", list["items"], [...path, 0], true), orSingle: true };
    const [widest] = options.filter((option) => option["type"] === "number");
    if (widest && options.every((option) => option["type"] === "number" || option["type"] === "integer")) return this.single(widest, path);
    return { kind: "anything" };
  }

  private single(node: JsonSchema, path: KeyPath): Kind {
    const choices = choicesOf(node);
    if (choices.length > 0) return { kind: "choice", choices };
    switch (node["type"]) {
      case "string":
        return stringKind(node);
      case "integer":
      case "number":
        return { kind: node["type"], limits: limitsOf(node) };
      case "boolean":
        return { kind: "boolean" };
      case "array":
        return isSchema(node["items"]) ? { kind: "list", item: this.field("0", node["items"], [...path, 0], true), orSingle: false } : { kind: "anything" };
      case "object":
        return this.object(node, path);
      default:
        return { kind: "anything" };
    }
  }

  private object(node: JsonSchema, path: KeyPath): Kind {
    const pipeline = text(node["x-pipeline"]);
    if (pipeline) return { kind: "nested", pipeline, fields: this.fields(node, path, true) };
    const others = node["additionalProperties"];
    const value = isSchema(others) ? this.field("", others, [...path, ""], false) : others === false ? null : this.anything([...path, ""]);
    return { kind: "map", fields: this.fields(node, path, false), value };
  }

  private anything(path: KeyPath): Field {
    return this.field("", {}, path, false);
  }
}

type Kind = Field extends infer Each ? (Each extends Field ? Omit<Each, "name" | "path" | "title" | "description" | "default" | "defaultText" | "required" | "nullable" | "runOption"> : never) : never;

function stringKind(node: JsonSchema): Kind {
  const { format, pattern } = node;
  if (format === "password" || node["writeOnly"] === true) return { kind: "secret", several: false };
  if (format === "path" || format === "file-path" || format === "directory-path") {
    return { kind: "path", leadsTo: PLACES.find((place) => place === node["x-path"]) ?? "any", mustExist: node["x-must-exist"] === true };
  }
  return { kind: node["x-multiline"] === true ? "text" : "string", pattern: typeof pattern === "string" ? pattern : null };
}

function choicesOf(node: JsonSchema): Choice[] {
  const listed = "const" in node ? [node["const"]] : node["enum"];
  return Array.isArray(listed) ? listed.filter((choice): choice is Choice => ["string", "number", "boolean"].includes(typeof choice)) : [];
}

function limitsOf(node: JsonSchema): NumberLimits {
  const number = (keyword: string): number | null => (typeof node[keyword] === "number" ? node[keyword] : null);
  const [above, below] = [number("exclusiveMinimum"), number("exclusiveMaximum")];
  return { minimum: above ?? number("minimum"), maximum: below ?? number("maximum"), aboveMinimum: above !== null, belowMaximum: below !== null };
}

/** `base_url` as "Base URL". */
function titleOf(name: string): string {
  const words = name.split("_").filter(Boolean).map((word) => ABBREVIATIONS[word] ?? word);
  const title = words.join(" ");
  return title.charAt(0).toUpperCase() + title.slice(1);
}

const ABBREVIATIONS: Readonly<Record<string, string>> = { url: "URL", api: "API", id: "ID", lora: "LoRA", eos: "EOS", pdf: "PDF", rag: "RAG" };

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
