export interface Turn {
  speaker: string;
  text: string;
}

/** The turns of a conversation, in either of the two ways in which datasets write them; nothing for all else. */
export function turnsOf(value: unknown): Turn[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const turns: Turn[] = [];
  for (const each of value as unknown[]) {
    if (typeof each !== "object" || each === null) return undefined;
    const { role, content, from, value: said } = each as Record<string, unknown>;
    const [speaker, text] = [role ?? from, content ?? said];
    if (typeof speaker !== "string" || typeof text !== "string") return undefined;
    turns.push({ speaker, text });
  }
  return turns;
}
