import { useEffect, useRef } from "react";
import { useMotion, useTheme } from "@/lib/preferences";
import type { WorkshopRun } from "./model";
import { type Look, Scene } from "./scene";
import "./workshop.css";

export interface WorkshopBackgroundProps {
  /** The run that is going on, or the one being looked at. */
  readonly run?: WorkshopRun | undefined;
  /** The pipeline used last: its emblem is on the wall while nothing runs. */
  readonly last?: Look | undefined;
}

/** Behind every page: the step graph of the active run, with its records as beads of light. */
export function WorkshopBackground({ run, last }: WorkshopBackgroundProps) {
  const still = useRef<HTMLCanvasElement>(null);
  const live = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Scene>(null);
  const motion = useMotion();
  const theme = useTheme();

  useEffect(() => {
    const [below, above, aside] = [still.current, live.current, document.createElement("canvas")].map((canvas) => canvas?.getContext("2d"));
    if (!below || !above || !aside) return;
    const made = new Scene(below, above, aside);
    scene.current = made;
    return () => made.stop();
  }, []);
  useEffect(() => scene.current?.show(run, last, motion), [run, last, motion]);
  useEffect(() => scene.current?.repaint(), [theme]);

  return (
    <div className="ws-background" aria-hidden="true">
      <canvas ref={still} />
      <canvas ref={live} />
    </div>
  );
}
