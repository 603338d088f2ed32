import clsx from "clsx";
import { useEffect, useRef } from "react";
import { count } from "@/lib/format";
import { useMotion, useTheme } from "@/lib/preferences";
import type { RunState } from "./model";
import { SparkLayer } from "./spark-layer";
import "./workshop.css";

export interface SparkBarProps {
  readonly value: number;
  /** The whole, where it is known; without it the bar of a running run says that it works, not how far it is; any other stays empty. */
  readonly max?: number | null | undefined;
  readonly indeterminate?: boolean;
  readonly state: RunState;
  readonly hue: number;
  readonly label: string;
  /** In place of "120 of 400". */
  readonly valueText?: string | undefined;
  readonly className?: string;
}

/** Progress, to scale: it shows the given value and never more. Sparks fly to its tip when something gets done. */
export function SparkBar({ value, max, indeterminate = false, state, hue, label, valueText, className }: SparkBarProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<SparkLayer>(null);
  const motion = useMotion();
  const theme = useTheme();
  const whole = max ?? 0;
  const known = !indeterminate && whole > 0;
  const shown = known ? Math.max(0, Math.min(value, whole)) : 0;

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const made = new SparkLayer(context);
    layer.current = made;
    return () => made.stop();
  }, []);
  useEffect(() => layer.current?.paint(hue), [hue, theme]);
  useEffect(() => layer.current?.show({ value: shown, max: known ? whole : 0, state }, motion), [shown, whole, known, state, motion]);

  return (
    <div
      className={clsx("ws-bar hued", className)}
      style={{ "--hue": hue }}
      data-state={state}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={known ? whole : undefined}
      aria-valuenow={known ? shown : undefined}
      aria-valuetext={valueText ?? (known ? `${count(shown)} of ${count(whole)}` : `${count(value)} so far`)}
    >
      <div className="ws-bar-track">
        {known ? <div className="ws-bar-fill" style={{ width: `${(shown / whole) * 100}%` }} /> : state === "running" && <div className="ws-bar-unknown" />}
      </div>
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}
