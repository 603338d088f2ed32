import type { Checked, Mistake } from "@/api/schema";
import type { LineNote } from "@/components/editor/types";
import type { ConfigModel, KeyPath } from "@/lib/yaml-config";

/** A path as the service writes it: `inputs.0.path`. */
export const keyOf = (path: KeyPath): string => path.join(".");

/** What the check says of one setting itself. */
export const mistakesAt = (mistakes: readonly Mistake[], path: KeyPath): Mistake[] => {
  const key = keyOf(path);
  return mistakes.filter((mistake) => mistake.key === key);
};

/** Whether something is said of what lies within a setting. */
export const mistakesWithin = (mistakes: readonly Mistake[], path: KeyPath): number => {
  const inside = `${keyOf(path)}.`;
  return mistakes.filter((mistake) => mistake.key.startsWith(inside)).length;
};

/** What an editor shows beside its lines. The text's own problems need no answer of the service. */
export function lineNotes(checked: Checked | undefined, model: ConfigModel): LineNote[] {
  const own = model.problems.map(({ line, message }): LineNote => ({ line, message, severity: "error" }));
  const said = new Set(own.map(({ line }) => line));
  const note =
    (severity: LineNote["severity"]) =>
    ({ line, key, message }: Mistake): LineNote => ({ line: Math.max(1, line), message: key && line === 0 ? `${key}: ${message}` : message, severity });
  const mistakes = (checked?.mistakes ?? []).map(note("error")).filter(({ line }) => !said.has(line));
  return [...own, ...mistakes, ...(checked?.warnings ?? []).map(note("warning"))];
}
