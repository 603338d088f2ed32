import { useState, type SyntheticEvent } from "react";
import { TextInput } from "@/components/field";
import { count } from "@/lib/format";

/** Goes to the line whose number is typed. */
export function LineJump({ total, onGo }: { total: number; onGo: (line: number) => void }) {
  const [typed, setTyped] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const wanted = Number(typed.replace(/\D/g, ""));
    if (wanted > 0) onGo(Math.min(wanted, total) - 1);
  };
  return (
    <form onSubmit={submit} className="flex items-center gap-2 text-sm">
      <TextInput aria-label="Go to line" placeholder="Go to line" inputMode="numeric" value={typed} onChange={(event) => setTyped(event.target.value)} className="h-8! w-28!" />
      <span className="text-soft tabular-nums">of {count(total)}</span>
    </form>
  );
}
