import { fieldAt, readConfig, type ConfigModel, type Form, type KeyPath } from "@/lib/yaml-config";

/** What may stand in a config for a secret: it names one, and says nothing of it. */
const REFERENCE = /^(?:Bearer )?(?:\$\{\w+\}|secret:\/\/[\w./-]+)$/;
/** Keys of well-known services, wherever they stand. */
const KEY_SHAPE = /\b(?:sk-[\w-]{16,}|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|AIza[\w-]{30,}|AKIA[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[\w-]{10,})/;
const SECRET_NAME = /(?:api[_-]?key|token|secret|password|authorization)$/i;
const SECRET_LINE = /(?:^|[\s{,"'])(?:[\w-]*(?:api[_-]?key|token|secret|password|authorization))["']?[ \t]*:[ \t]*(?:\[[ \t]*)?["']?([^\s"'#[\]{},][^\n#]*)/gim;
const URL_PASSWORD = /\w+:\/\/[^/\s:@]*:(?!\$\{)[^/\s@]+@/;
/** The same at the end of a line, with what may stand behind it. */
const REFERENCE_ON_LINE = /^(?:Bearer )?(?:\$\{\w+\}|secret:\/\/[\w./-]+)[\s"',\]}]*$/;
const NOTHING = /^(?:null|~|true|false|-?[\d.]+|.*!!PLACEHOLDER!!.*)$/i;

/** Whether a value, where a secret belongs, is the secret itself. */
export const isPlainKey = (value: unknown): value is string => typeof value === "string" && value.trim() !== "" && !REFERENCE.test(value.trim());

/** Whether a text looks like a key of a well-known service. */
export const looksLikeKey = (text: string): boolean => KEY_SHAPE.test(text) || URL_PASSWORD.test(text);

/** Settings whose value is a key written out. */
export function plainKeys(model: ConfigModel, form: Form): KeyPath[] {
  return model.settings.filter(({ path, value }) => isPlainKey(value) && (isSecretField(form, path) || looksLikeKey(value))).map(({ path }) => path);
}

function isSecretField(form: Form, path: KeyPath): boolean {
  if (path.slice(0, -1).includes("headers")) return true;
  if (fieldAt(form, path)?.kind === "secret") return true;
  return typeof path.at(-1) === "number" && fieldAt(form, path.slice(0, -1))?.kind === "secret";
}

/** Whether a text may hold a key. It errs on the safe side, and needs no YAML: a text may be half typed. */
export function mayHoldKey(text: string): boolean {
  if (looksLikeKey(text)) return true;
  const named = readConfig(text, {}).settings.filter(({ path }) => path.some((part) => SECRET_NAME.test(String(part)) || part === "headers"));
  if (named.some(({ value }) => isPlainKey(value) && !NOTHING.test(value))) return true;
  for (const [, written = ""] of text.matchAll(SECRET_LINE)) {
    if (!REFERENCE_ON_LINE.test(written) && !NOTHING.test(written.replace(/[\s"',\]}]+$/, ""))) return true;
  }
  return false;
}
