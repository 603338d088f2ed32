import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** Such as "a", "?", "mod+k" (Ctrl, or Command on a Mac), or "g r" (one after the other). */
  keys: string;
  label: string;
  run: () => void;
}

/** Shortcuts that belong together, under the name that the help gives them. */
interface Group {
  name: string;
  shortcuts: readonly Shortcut[];
}

const SEQUENCE_MS = 1_200;

let groups: readonly Group[] = [];
const listeners = new Set<() => void>();
let begun = { key: "", at: 0 };

function change(next: readonly Group[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

/** Make keys do something while the component is on the page; the latest component wins where two use the same keys. */
export function useShortcuts(name: string, shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const described = shortcuts.map(({ keys, label }) => `${keys}\n${label}`).join("\n\n");
  useEffect(() => {
    const own: Group = {
      name,
      shortcuts: latest.current.map(({ keys, label }, index) => ({ keys, label, run: () => latest.current[index]?.run() })),
    };
    change([...groups, own]);
    return () => change(groups.filter((group) => group !== own));
  }, [name, described]);
}

/** All that works at the moment: what the help shows. */
export const useAllShortcuts = (): readonly Group[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );

/** Listen to the keyboard. Call once. */
export function watchKeyboard(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = named(event);
    if (isTyping(event.target) && !key.startsWith("mod+")) return;
    const sequence = event.timeStamp - begun.at < SEQUENCE_MS ? `${begun.key} ${key}` : key;
    const found = find(sequence) ?? find(key);
    begun = { key: found ? "" : key, at: event.timeStamp };
    if (!found) return;
    event.preventDefault();
    found.run();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}

const find = (keys: string): Shortcut | undefined =>
  groups
    .flatMap(({ shortcuts }) => shortcuts)
    .filter((shortcut) => shortcut.keys === keys)
    .at(-1);

const named = ({ key, ctrlKey, metaKey }: KeyboardEvent): string => (ctrlKey || metaKey ? `mod+${key.toLowerCase()}` : key);

/** Whether keys write text there, or move through a menu or dialog. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], [role=dialog], [role=menu]") !== null;
