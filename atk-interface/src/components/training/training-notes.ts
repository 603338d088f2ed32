import type { DatasetEntry } from "@/api/schema";
import { count } from "@/lib/format";

/** Below this, the service too says that there are few: generation/core_components/training_steps.py. */
const FEW_STEPS = 50;

/** Facts first, then how to talk about them: the order in which the service trains. */
export const inTrainingOrder = (entries: readonly DatasetEntry[]): DatasetEntry[] => entries.toSorted((one, other) => Number(one.stage !== "pretraining") - Number(other.stage !== "pretraining"));

/** What to know before it is started. */
export function notesOn(entries: readonly DatasetEntry[]): string[] {
  return entries
    .filter(({ expected_steps: steps }) => steps > 0 && steps < FEW_STEPS)
    .map(({ name, expected_steps: steps }) => `${name}: only ${count(steps)} ${steps === 1 ? "step" : "steps"} follow from its tokens, too few to learn much from. Make more data, or raise epochs or lower batch_tokens in the config.`);
}
