import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Link } from "react-router";
import { messageOf } from "@/api/problems";

export interface Toast {
  tone: "good" | "bad" | "info";
  title: string;
  detail?: string;
  /** Where to go from here, or what to take back. */
  action?: { label: string; to: string } | { label: string; onPress: () => void };
}

interface Shown extends Toast {
  id: number;
}

const SECONDS_SHOWN = { good: 6, info: 8, bad: 30 };
const MOST_AT_ONCE = 4;

let shown: Shown[] = [];
let counter = 0;
const listeners = new Set<() => void>();

function show(next: Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Say in a corner what has just happened. Failures stay long enough to be read. */
export function toast(given: Toast): void {
  const id = ++counter;
  show([...shown.slice(1 - MOST_AT_ONCE), { ...given, id }]);
  setTimeout(() => dismiss(id), SECONDS_SHOWN[given.tone] * 1000);
}

/** Say what went wrong with something that was asked for. */
export const toastProblem = (title: string, error: unknown): void => toast({ tone: "bad", title, detail: messageOf(error) });

const dismiss = (id: number): void => show(shown.filter((each) => each.id !== id));

const ICONS = { good: CircleCheck, bad: CircleAlert, info: Info };
const TONES = { good: "text-good", bad: "text-bad", info: "text-info" };

/** The corner itself; once per page. */
export function Toasts() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div role="region" aria-label="Messages" aria-live="polite" className="pointer-events-none fixed right-0 bottom-0 z-60 flex w-full max-w-md flex-col gap-2 p-4">
      {toasts.map(({ id, tone, title, detail, action }) => {
        const Icon = ICONS[tone];
        return (
          <div key={id} className="pointer-events-auto flex animate-rise gap-3 rounded-xl border border-line bg-panel p-3 shadow-card">
            <Icon aria-hidden className={`mt-0.5 size-5 shrink-0 ${TONES[tone]}`} />
            <div className="min-w-0 flex-1">
              <p className="font-medium">{title}</p>
              {detail && <p className="text-sm break-words text-soft">{detail}</p>}
              {action && <ToastAction action={action} onDone={() => dismiss(id)} />}
            </div>
            <button type="button" aria-label="Dismiss message" onClick={() => dismiss(id)} className="inline-flex size-7 shrink-0 items-center justify-center rounded-md text-soft hover:bg-raised">
              <X aria-hidden className="size-4" />
            </button>
          </div>
        );
      })}
    </div>
  );
}

function ToastAction({ action, onDone }: { action: NonNullable<Toast["action"]>; onDone: () => void }) {
  const look = "mt-1 inline-block text-sm font-semibold text-ember underline underline-offset-4";
  if ("to" in action) {
    return (
      <Link to={action.to} onClick={onDone} className={look}>
        {action.label}
      </Link>
    );
  }
  const press = () => {
    action.onPress();
    onDone();
  };
  return (
    <button type="button" onClick={press} className={look}>
      {action.label}
    </button>
  );
}
