import { Sparkles } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import type { Motion } from "@/lib/preferences";
import { fireworks, SparkBar } from "@/workshop";

const HUE = 45;
const WHOLE = 24;

/** What the chosen level looks like: a bar that fills while it is watched, and the end of a run on demand. */
export default function MotionSample({ motion }: { motion: Motion }) {
  const [value, setValue] = useState(6);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (motion === "off") return;
    const timer = setInterval(() => document.hidden || setValue((now) => (now >= WHOLE ? 0 : now + 1)), 900);
    return () => clearInterval(timer);
  }, [motion]);

  const celebrate = () => {
    const box = button.current?.getBoundingClientRect();
    void fireworks({ hue: HUE, ...(box && { origin: { x: box.x + box.width / 2, y: box.y } }) });
  };
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="min-w-40 flex-1">
        <p className="mb-1 text-sm text-soft">A sample{motion === "off" && ": it stands still"}</p>
        <SparkBar value={value} max={WHOLE} state="running" hue={HUE} label="Sample of a progress bar" />
      </div>
      <Button ref={button} size="small" icon={<Sparkles aria-hidden className="size-4" />} onClick={celebrate} disabled={motion === "off"}>
        Show the end of a run
      </Button>
    </div>
  );
}
