import { Dialog } from "radix-ui";
import { useDeferredValue, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { useFocusReturn } from "@/components/focus-return";
import { useEntries, type Entry } from "@/features/palette/entries";

/** Go to anything by a few letters of its name. Arrows choose, Enter goes. */
export default function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const entries = useEntries(useDeferredValue(text.trim()), onHelp);
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const focus = useFocusReturn();
  const current = Math.min(chosen, Math.max(0, entries.length - 1));

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current, entries]);

  const take = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (entry.to) void navigate(entry.to);
    entry.run?.();
  };
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1 + entries.length, Home: 0, End: entries.length - 1 };
    const to = moves[event.key];
    if (to !== undefined) setChosen(to % Math.max(1, entries.length));
    else if (event.key === "Enter") take(entries[current]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focus.remember}
          onCloseAutoFocus={focus.giveBack}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 animate-rise flex-col overflow-hidden rounded-2xl border border-line bg-panel text-text shadow-card"
        >
          <Dialog.Title className="sr-only">Go to anything</Dialog.Title>
          <input
            role="combobox"
            aria-expanded
            aria-controls={id}
            aria-activedescendant={entries[current] && `${id}-${current}`}
            aria-label="Go to"
            placeholder="A page, run, config or pipeline"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setChosen(0);
            }}
            onKeyDown={press}
            className="h-14 w-full border-b border-line bg-transparent px-5 text-lg outline-none placeholder:text-soft"
          />
          <div id={id} ref={list} role="listbox" aria-label="What fits" className="min-h-0 overflow-y-auto p-2">
            {[...new Set(entries.map(({ group }) => group))].map((group) => (
              <div key={group} role="group" aria-label={group}>
                <p role="presentation" className="px-3 pt-2 pb-1 text-sm text-soft">
                  {group}
                </p>
                {entries.map(
                  (entry, index) =>
                    entry.group === group && (
                      <Option key={entry.id} id={`${id}-${index}`} entry={entry} selected={index === current} onPoint={() => setChosen(index)} onTake={() => take(entry)} />
                    ),
                )}
              </div>
            ))}
          </div>
          {entries.length === 0 && <p className="px-5 py-6 text-soft">Nothing has that in its name.</p>}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface OptionProps {
  id: string;
  entry: Entry;
  selected: boolean;
  onPoint: () => void;
  onTake: () => void;
}

/** The keyboard stays in the field above: an option is pointed at and clicked only. */
const Option = ({ id, entry, selected, onPoint, onTake }: OptionProps) => (
  // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
  <div
    id={id}
    role="option"
    aria-selected={selected}
    onPointerMove={onPoint}
    onClick={onTake}
    className={`flex cursor-pointer items-baseline justify-between gap-4 rounded-lg px-3 py-2 ${selected ? "bg-raised" : ""}`}
  >
    <span className="min-w-0 truncate">{entry.title}</span>
    {entry.detail && <span className="min-w-0 shrink truncate text-sm text-soft">{entry.detail}</span>}
  </div>
);
