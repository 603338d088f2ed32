import clsx from "clsx";
import type { MotifId } from "@/lib/pipeline-hue";
import { motifPaths } from "./motif-paths";
import { seeded } from "./random";
import "./workshop.css";

export interface MotifProps {
  readonly hue: number;
  readonly motif: MotifId;
  /** Pixels; from 44 on it wears a rim that is different for each hue. */
  readonly size?: number;
  readonly className?: string;
}

/** The emblem of a pipeline. Decorative: the name stands beside it. */
export function Motif({ hue, motif, size = 40, className }: MotifProps) {
  const { lines, fills, sparks } = motifPaths[motif];
  const rimmed = size >= 44;
  // Lines stay about as thick on the screen, whatever the size.
  const width = Math.max(1.5, Math.min(2.6, 72 / size));
  return (
    <svg
      className={clsx("ws-motif hued", className)}
      style={{ "--hue": hue }}
      width={size}
      height={size}
      viewBox={rimmed ? "-10 -10 68 68" : "0 0 48 48"}
      aria-hidden="true"
      focusable="false"
    >
      {rimmed && <path className="ws-motif-rim" d={rimOf(hue)} />}
      <path className="ws-motif-lines" d={lines} strokeWidth={rimmed ? width * 1.1 : width} />
      {fills && <path className="ws-motif-fills" d={fills} />}
      {sparks && <path className="ws-motif-sparks" d={sparks} />}
    </svg>
  );
}

/** Arcs and ticks around the emblem: the same for the same hue, and hardly ever for two. */
function rimOf(hue: number): string {
  const random = seeded(Math.round(hue) * 7919 + 11);
  const parts = 3 + Math.floor(random() * 5);
  const at = (angle: number, radius: number): string => `${(24 + Math.cos(angle) * radius).toFixed(1)} ${(24 + Math.sin(angle) * radius).toFixed(1)}`;
  const turn = random() * Math.PI;
  const share = 0.5 + random() * 0.3;
  let path = "";
  for (let part = 0; part < parts; part++) {
    const start = turn + (part / parts) * Math.PI * 2;
    const end = start + (share / parts) * Math.PI * 2;
    const middle = (end + start + (Math.PI * 2) / parts) / 2;
    path += `M${at(start, 31)}A31 31 0 0 1 ${at(end, 31)}M${at(middle, 29)}L${at(middle, 33)}`;
  }
  return path;
}
