import { between, type Random } from "./random";

export interface FeedSpark {
  kind: "none" | "feeding" | "falling";
  fromX: number;
  fromY: number;
  curl: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  age: number;
  life: number;
}

const most = 90;

/** How many sparks a step forward is worth: three for each per cent of the whole, at least one, at most forty. */
export function sparksFor(before: number, now: number, max: number): number {
  if (!(now > before) || !(max > 0)) return 0;
  return Math.max(1, Math.min(40, Math.round(((Math.min(now, max) - before) / max) * 300)));
}

/** Sparks at the tip of a progress bar: they fly into it when something got done, and fall from it when a run fails. */
export class Feed {
  readonly sparks: FeedSpark[] = Array.from({ length: most }, () => ({
    kind: "none", fromX: 0, fromY: 0, curl: 0, x: 0, y: 0, vx: 0, vy: 0, age: 0, life: 1,
  }));
  /** How brightly the tip glows, 0 to 1: sparks that arrive make it brighter. */
  glow = 0;

  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  feed(count: number): void {
    for (let index = 0; index < count; index++) {
      const spark = this.free();
      if (!spark) return;
      spark.kind = "feeding";
      spark.fromX = between(this.random, 14, 74);
      spark.fromY = between(this.random, -14, 14);
      spark.curl = between(this.random, -7, 7);
      spark.age = -index * 0.022;
      spark.life = between(this.random, 0.35, 0.8);
    }
  }

  /** `x`: where the tip is. */
  fall(count: number, x: number, y: number): void {
    for (let index = 0; index < count; index++) {
      const spark = this.free();
      if (!spark) return;
      spark.kind = "falling";
      spark.x = x - Math.abs(between(this.random, -1, 1) * between(this.random, 0, 40));
      spark.y = y;
      spark.vx = between(this.random, -34, 46);
      spark.vy = between(this.random, -62, -6);
      spark.age = 0;
      spark.life = between(this.random, 0.5, 1.2);
    }
  }

  /** Moves all sparks; the tip is at `x`, `y`. False: all is still. */
  step(seconds: number, x: number, y: number): boolean {
    this.glow *= Math.exp(-2.2 * seconds);
    let moves = this.glow > 0.02;
    if (!moves) this.glow = 0;
    for (const spark of this.sparks) {
      if (spark.kind === "none") continue;
      moves = true;
      spark.age += seconds;
      if (spark.age >= spark.life) {
        if (spark.kind === "feeding") this.glow = Math.min(1, this.glow + 0.12);
        spark.kind = "none";
      } else if (spark.kind === "feeding") {
        const t = Math.max(0, spark.age / spark.life);
        const left = 1 - t * t * (1.6 - 0.6 * t);
        spark.x = x + spark.fromX * left;
        spark.y = y + spark.fromY * left + Math.sin(t * Math.PI) * spark.curl;
      } else {
        spark.vy += 210 * seconds;
        spark.x += spark.vx * seconds;
        spark.y += spark.vy * seconds;
      }
    }
    return moves;
  }

  private free(): FeedSpark | undefined {
    for (const spark of this.sparks) if (spark.kind === "none") return spark;
    return undefined;
  }
}
