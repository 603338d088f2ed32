import clsx from "clsx";
import { useId, type ReactNode } from "react";

interface PanelProps {
  title?: ReactNode;
  /** One line below the title. */
  lead?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  className?: string;
  /** No padding: for tables and lists that reach the edge. */
  flush?: boolean;
  children?: ReactNode;
}

/** A sheet on the bench. Nothing moves beneath it: the background leaves `data-quiet` alone. */
export function Panel({ title, lead, actions, className, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section data-quiet aria-labelledby={title ? id : undefined} className={clsx("min-w-0 rounded-2xl border border-line bg-panel shadow-card", className)}>
      {(title ?? actions) && (
        <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-5 pt-4 pb-2">
          {title && (
            <div className="min-w-0 flex-1">
              <h2 id={id} className="text-lg leading-snug font-semibold">
                {title}
              </h2>
              {lead && <p className="text-sm text-soft">{lead}</p>}
            </div>
          )}
          {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={clsx(!flush && "px-5 pb-5", !flush && !title && !actions && "pt-5")}>{children}</div>
    </section>
  );
}
