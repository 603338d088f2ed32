import { FileQuestion, FileText, GraduationCap, type LucideIcon } from "lucide-react";
import type { DatasetEntry, DatasetKind } from "@/api/schema";
import { encodePath } from "@/lib/paths";
import { hasWords } from "@/lib/words";

interface KindLook {
  kind: DatasetKind;
  word: string;
  plural: string;
  icon: LucideIcon;
}

/** Training folders first: they are what one comes for. */
export const KINDS: readonly KindLook[] = [
  { kind: "training", word: "Training folder", plural: "Training folders", icon: GraduationCap },
  { kind: "dataset", word: "Dataset", plural: "Datasets", icon: FileText },
  { kind: "questions", word: "Questions", plural: "Questions", icon: FileQuestion },
];

/** Where an entry is looked at; the run's own folder has no name in the address, since browsers take "." away. */
export const addressOf = ({ run, file }: Pick<DatasetEntry, "run" | "file">): string => (file === "." ? `/datasets/${run}` : `/datasets/${run}/${encodePath(file)}`);

/** Layouts of rows that training reads. */
const TRAINABLE = ["messages", "sharegpt", "alpaca", "text", "segments"];

export const isTrainable = ({ kind, format }: DatasetEntry): boolean => kind === "training" || (kind === "dataset" && TRAINABLE.includes(format));

/** Whether an entry has all the words that somebody searches for, in any order. */
export const fits = ({ name, path, run_name: run, format, stage, pipeline }: DatasetEntry, search: string): boolean => hasWords([name, path, run, format, stage, pipeline].join(" "), search);
