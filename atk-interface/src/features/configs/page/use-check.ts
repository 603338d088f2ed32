import { useQuery } from "@tanstack/react-query";
import { configCheckQuery } from "@/api/configs";
import type { Checked } from "@/api/schema";
import { useSettled } from "./use-settled";

const TYPING_MS = 250;

export interface CheckState {
  /** The last answer; of an older text while `isCurrent` is false. */
  readonly checked: Checked | undefined;
  /** It is about the text as it is now. */
  readonly isCurrent: boolean;
  readonly error: Error | null;
  readonly again: () => void;
}

/** Has the service check a text while it is typed. */
export function useCheck(path: string, text: string): CheckState {
  const settled = useSettled(text, TYPING_MS);
  const { data, error, isPlaceholderData, refetch } = useQuery(configCheckQuery(path, settled));
  return { checked: data, isCurrent: settled === text && data !== undefined && !isPlaceholderData, error, again: () => void refetch() };
}
