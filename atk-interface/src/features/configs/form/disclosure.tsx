import clsx from "clsx";
import { ChevronRight } from "lucide-react";
import { useId, useState, type ReactNode } from "react";

interface DisclosureProps {
  label: ReactNode;
  /** Behind the label: what is in there. */
  note?: ReactNode;
  /** Open, whatever the person chose: something in there is to be shown. */
  forced?: boolean;
  startsOpen?: boolean;
  children: () => ReactNode;
}

/** Settings that are folded away until somebody wants them. */
export function Disclosure({ label, note, forced = false, startsOpen = false, children }: DisclosureProps) {
  const [chosen, setChosen] = useState(startsOpen || forced);
  const [wasForced, setWasForced] = useState(forced);
  if (forced !== wasForced) {
    setWasForced(forced);
    if (forced) setChosen(true);
  }
  const open = chosen || forced;
  const id = useId();
  return (
    <div className="rounded-lg border border-line">
      <button type="button" aria-expanded={open} aria-controls={id} onClick={() => setChosen(!open)} className="flex w-full items-center gap-2 rounded-lg px-3 py-2 text-left text-sm hover:bg-raised">
        <ChevronRight aria-hidden className={clsx("size-4 shrink-0 text-soft transition-transform", open && "rotate-90")} />
        <span className="font-medium">{label}</span>
        {note && <span className="ml-auto text-right text-soft">{note}</span>}
      </button>
      <div id={id} hidden={!open} className="border-t border-line px-3 py-3">
        {open && children()}
      </div>
    </div>
  );
}
