import { between, type Random } from "./random";
import type { View } from "./view";

export interface Mote {
  x: number;
  y: number;
  speed: number;
  phase: number;
  size: number;
  /** Most of them are dust in the hue of the last pipeline; a few are embers. */
  ember: boolean;
}

/** A few embers and dust that rise slowly when the workshop rests. */
export function makeDust({ width, height }: View, random: Random): Mote[] {
  return Array.from({ length: 34 }, (_, index) => ({
    x: random() * width,
    y: random() * height,
    speed: between(random, 5, 13),
    phase: between(random, 0, Math.PI * 2),
    size: between(random, 9, 24),
    ember: index % 3 === 0,
  }));
}

export function stepDust(motes: readonly Mote[], seconds: number, { width, height }: View): void {
  for (const mote of motes) {
    mote.phase += seconds * 0.5;
    mote.y -= mote.speed * seconds;
    mote.x += Math.sin(mote.phase) * 4 * seconds;
    if (mote.y < -10) mote.y += height + 20;
    if (mote.x < -10) mote.x += width + 20;
    if (mote.x > width + 10) mote.x -= width + 20;
  }
}
