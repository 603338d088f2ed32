import { SendHorizontal, Square } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Button } from "@/components/button";
import { TextArea } from "@/components/field";
import { Kbd } from "@/components/kbd";
import { ProblemNote } from "@/components/problem-note";
import { useShortcuts } from "@/lib/shortcuts";

interface ComposerProps {
  /** An answer is on its way. */
  goesOn: boolean;
  /** Why nothing can be asked now; empty: it can. */
  obstacle?: string;
  /** Kept when it does not work, so that nothing has to be written twice. */
  onAsk: (question: string) => Promise<unknown>;
  onStop: () => void;
  /** Below the field. */
  children?: ReactNode;
}

/** Where the next question is written. Enter asks, Shift and Enter begin a new line, Escape stops. */
export function Composer({ goesOn, obstacle = "", onAsk, onStop, children }: ComposerProps) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const canAsk = text.trim() !== "" && !busy && !goesOn && obstacle === "";

  // On a touch screen the keyboard would cover the page before anything is read.
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);
  useShortcuts("Chat", [
    { keys: "Escape", label: "Stop the answer", run: onStop },
    { keys: "/", label: "Write a question", run: () => field.current?.focus() },
  ]);

  const ask = async () => {
    if (!canAsk) return;
    setBusy(true);
    setProblem(null);
    try {
      await onAsk(text.trim());
      setText("");
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape" && goesOn) onStop();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    void ask();
  };
  return (
    <div data-quiet className="sticky bottom-0 z-20 -mx-1 bg-ink px-1 pb-4">
      <div className="flex flex-col gap-2 rounded-2xl border border-edge bg-panel p-3 shadow-card focus-within:border-ember">
        {problem !== null && <ProblemNote error={problem} title="The question could not be asked" onRetry={() => void ask()} />}
        <div className="flex items-end gap-2">
          <TextArea
            ref={field}
            aria-label="Your question"
            placeholder="Ask something"
            rows={1}
            maxLength={200_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={press}
            className="field-sizing-content max-h-60 min-h-10 resize-none border-none bg-transparent px-1 outline-none focus-visible:outline-none"
          />
          {goesOn ? (
            <Button icon={<Square aria-hidden className="size-3.5" fill="currentColor" />} onClick={onStop}>
              Stop
            </Button>
          ) : (
            <Button variant="primary" icon={<SendHorizontal aria-hidden className="size-4" />} disabled={!canAsk && !busy} busy={busy} onClick={() => void ask()}>
              Ask
            </Button>
          )}
        </div>
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
          <div className="min-w-0 flex-1">{children}</div>
          <p className={obstacle ? "py-1 text-sm text-warn" : "hidden py-1 text-sm text-soft sm:block"}>
            {obstacle || (
              <>
                <Kbd keys="Enter" /> asks, <Kbd keys="Shift Enter" /> new line, <Kbd keys="Escape" /> stops
              </>
            )}
          </p>
        </div>
      </div>
    </div>
  );
}
