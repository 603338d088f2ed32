/** An object out of JSON or YAML: neither a list nor null. */
export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as people read it in a line: a text as it is, anything else as JSON. */
export const inLine = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
