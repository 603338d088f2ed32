import clsx from "clsx";
import type { KeyboardEvent, ReactNode } from "react";
import { Panel } from "@/components/panel";

export type Side = "form" | "text";

interface SidesProps {
  side: Side;
  onSide: (side: Side) => void;
  onUndo: () => void;
  onRedo: () => void;
  form: ReactNode;
  text: ReactNode;
}

const NAMES: Record<Side, string> = { form: "Form", text: "YAML" };

/** The form and the text, side by side where there is room, otherwise one at a time. Undoing is one history for both. */
export function Sides({ side, onSide, onUndo, onRedo, form, text }: SidesProps) {
  const keys = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) onRedo();
    else onUndo();
  };
  return (
    // Keys of the controls inside are listened to; nothing here is pressed.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="flex min-w-0 flex-col gap-3" onKeyDown={keys}>
      <div role="group" aria-label="What is shown" className="flex w-fit rounded-lg border border-edge bg-panel p-0.5 xl:hidden">
        {(["form", "text"] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={side === each}
            onClick={() => onSide(each)}
            className={clsx("rounded-md px-4 py-1.5", side === each ? "bg-raised font-semibold" : "text-soft hover:text-text")}
          >
            {NAMES[each]}
          </button>
        ))}
      </div>
      <div className="grid min-w-0 items-start gap-5 xl:grid-cols-2">
        <Panel title="Form" className={clsx(side === "text" && "max-xl:hidden")}>
          {form}
        </Panel>
        <section data-quiet aria-label="YAML" className={clsx("min-w-0 overflow-hidden rounded-2xl border border-line bg-panel shadow-card has-[.cm-focused]:outline-2 has-[.cm-focused]:outline-ember xl:sticky xl:top-20", side === "form" && "max-xl:hidden")}>
          <div className="h-[calc(100dvh-9rem)] min-h-80 xl:h-[calc(100dvh-6.5rem)]">{text}</div>
        </section>
      </div>
    </div>
  );
}
