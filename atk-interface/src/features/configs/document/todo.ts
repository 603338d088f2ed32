import type { Checked, Mistake } from "@/api/schema";
import { keyOf } from "./place-mistakes";
import type { ConfigModel } from "@/lib/yaml-config";

/** One thing that somebody has to do before, or should look at. */
export interface Todo {
  readonly kind: "fill-in" | "mistake" | "look" | "warning";
  /** Such as `small_model.name`; empty when it belongs to no setting. */
  readonly key: string;
  readonly line: number;
  readonly message: string;
}

/**
 * All that is to be done, what stops a run first. Placeholders come from the text as it is now, so that what was filled
 * in goes at once; the rest from the last check.
 */
export function todosOf(model: ConfigModel, checked: Checked | undefined): Todo[] {
  const marked = model.marks.map(({ kind, path, line, words }): Todo => ({ kind: kind === "placeholder" ? "fill-in" : "look", key: keyOf(path), line, message: words }));
  const attention = new Set((checked?.attention ?? []).map(told));
  const placeholders = new Set((checked?.placeholders ?? []).map(({ key, line }) => `${line} ${key}`));
  const mistakes = (checked?.mistakes ?? []).filter(({ key, line }) => !placeholders.has(`${line} ${key}`)).map(todo("mistake"));
  const warnings = (checked?.warnings ?? []).filter((warning) => !attention.has(told(warning))).map(todo("warning"));
  const syntax = checked ? [] : model.problems.map(({ line, message }): Todo => ({ kind: "mistake", key: "", line, message }));
  const of = (kind: Todo["kind"]) => marked.filter((each) => each.kind === kind);
  return [...of("fill-in"), ...syntax, ...mistakes, ...of("look"), ...warnings];
}

/** Whether it stops a run. */
export const stops = ({ kind }: Todo): boolean => kind === "fill-in" || kind === "mistake";

const told = ({ key, line, message }: Mistake): string => `${line} ${key} ${message}`;
const todo =
  (kind: Todo["kind"]) =>
  ({ key, line, message }: Mistake): Todo => ({ kind, key, line, message });
