const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SIGNS: Record<string, string> = { mod: isMac ? "⌘" : "Ctrl", ArrowDown: "↓", ArrowUp: "↑", Enter: "↵", Escape: "Esc" };

/** Keys as they are written on keyboards: "mod+k" -> Ctrl K. */
export const Kbd = ({ keys }: { keys: string }) => (
  <span className="inline-flex gap-1">
    {keys.split(/[ +]/).map((key, index) => (
      <kbd key={index} className="inline-flex h-5 min-w-5 items-center justify-center rounded border border-line bg-raised px-1 font-mono text-xs text-soft">
        {SIGNS[key] ?? key}
      </kbd>
    ))}
  </span>
);
