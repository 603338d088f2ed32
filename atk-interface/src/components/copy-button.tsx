import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "@/components/button";

/** Puts a text into the clipboard, and says that it did. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [outcome, setOutcome] = useState<"" | "Copied" | "The browser does not allow it">("");
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(""), 2_000);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = () => {
    // Undefined on pages of other machines without https.
    const done: Promise<void> = (navigator.clipboard as Clipboard | undefined)?.writeText(text) ?? Promise.reject(new Error());
    done.then(
      () => setOutcome("Copied"),
      () => setOutcome("The browser does not allow it"),
    );
  };
  return (
    <>
      <IconButton label={outcome || label} onClick={copy}>
        {outcome === "Copied" ? <Check aria-hidden className="size-4 text-good" /> : <Copy aria-hidden className="size-4" />}
      </IconButton>
      <span role="status" className="sr-only">
        {outcome}
      </span>
    </>
  );
}
