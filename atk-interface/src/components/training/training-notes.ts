import type { DatasetEntry } from "@/api/schema";

/** Facts first, then how to talk about them: the order in which the service trains. */
export const inTrainingOrder = (entries: readonly DatasetEntry[]): DatasetEntry[] => entries.toSorted((one, other) => Number(one.stage !== "pretraining") - Number(other.stage !== "pretraining"));

/** What to know before it is started. */
export const notesOn = (entries: readonly DatasetEntry[]): string[] => entries.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
