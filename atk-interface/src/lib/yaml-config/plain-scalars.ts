/** What unquoted scalars stand for: as the pipelines read them (YAML 1.2), and as YAML 1.1 readers would. */

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUE = new Set(["true", "True", "TRUE"]);
const FALSE = new Set(["false", "False", "FALSE"]);
const INTEGER = /^[-+]?(?:0|[1-9][0-9]*(?:_[0-9]+)*)$/;
const OTHER_BASE = /^0(?:x[0-9a-fA-F]+|o[0-7]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL_FLOAT = /^([-+]?)\.(inf|nan)$/i;
const LEADING_ZERO = /^[-+]?0[0-9]/;

/** The value of an unquoted scalar. */
export function plainValue(text: string): string | number | boolean | null {
  if (NULLS.has(text)) return null;
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  if (INTEGER.test(text)) return Number(text.replaceAll("_", "")) + 0; // -0 is 0
  if (OTHER_BASE.test(text)) return Number(text);
  if (FLOAT.test(text) && !LEADING_ZERO.test(text)) return Number(text);
  const special = SPECIAL_FLOAT.exec(text);
  if (special) return special[2]?.toLowerCase() === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity;
  return text;
}

/** The implicit types of YAML 1.1 that YAML 1.2 does not have. */
const YAML_1_1 = [
  /^(?:y|n|yes|no|on|off|true|false|null)$/i,
  /^[-+]?0b[01_]+$/,
  /^[-+]?0[0-7_]+$/,
  /^[-+]?0x[0-9a-fA-F_]+$/,
  /^[-+]?[0-9][0-9_]*$/,
  /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  /^\d{4}-\d\d?-\d\d?(?:$|[Tt \t])/,
  /^(?:<<|=)$/,
];

/** Whether a text, unquoted, stays this very text for every reader. */
export function staysText(text: string): boolean {
  return typeof plainValue(text) === "string" && !YAML_1_1.some((pattern) => pattern.test(text)) && !LEADING_ZERO_NUMBER.test(text);
}

const LEADING_ZERO_NUMBER = /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$/;
