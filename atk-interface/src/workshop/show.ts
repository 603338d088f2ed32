import { between, type Random } from "./random";

export type Tint = "hue" | "pale" | "ember" | "gold";
export type Pattern = "peony" | "willow" | "ring" | "crackle";

/** One glowing thing in the sky: a rocket on its way up, a star of a shell, a crackle. Used again and again. */
export interface Star {
  kind: "none" | "rocket" | "star" | "crackle";
  tint: Tint;
  pattern: Pattern;
  x: number;
  y: number;
  /** Where it was a frame ago: light is drawn as a stroke from there. */
  fromX: number;
  fromY: number;
  vx: number;
  vy: number;
  age: number;
  life: number;
  size: number;
  drag: number;
  weight: number;
}

/** The blink with which a shell opens. */
export interface Flash {
  x: number;
  y: number;
  age: number;
  reach: number;
  tint: Tint;
}

interface Shell {
  readonly at: number;
  readonly pattern: Pattern;
  readonly tint: Tint;
  /** Where it opens, as shares of the page. */
  readonly x: number;
  readonly y: number;
}

/** Rises from one place and opens into the page: a large one last, and the willow hangs after all others. */
const programme: readonly Shell[] = [
  { at: 0, pattern: "peony", tint: "hue", x: 0.3, y: 0.36 },
  { at: 0.38, pattern: "ring", tint: "gold", x: 0.68, y: 0.28 },
  { at: 0.8, pattern: "crackle", tint: "pale", x: 0.47, y: 0.42 },
  { at: 1.15, pattern: "willow", tint: "gold", x: 0.8, y: 0.32 },
  { at: 1.45, pattern: "peony", tint: "ember", x: 0.5, y: 0.24 },
];

const most = 1500;
const ascent = 0.72;
/** Seconds until the last light is out. */
export const showLength = 4.1;

export class Show {
  readonly stars: Star[] = Array.from({ length: most }, () => ({
    kind: "none", tint: "hue", pattern: "peony", x: 0, y: 0, fromX: 0, fromY: 0, vx: 0, vy: 0, age: 0, life: 1, size: 1, drag: 1, weight: 1,
  }));
  readonly flashes: Flash[] = [];
  time = 0;

  private next = 0;
  private search = 0;
  /** How large shells open, in pixels a second: to the measure of the page. */
  private readonly force: number;
  private readonly width: number;
  private readonly height: number;
  private readonly origin: { x: number; y: number };
  private readonly random: Random;

  constructor(page: { width: number; height: number }, origin: { x: number; y: number }, random: Random) {
    this.width = page.width;
    this.height = page.height;
    this.origin = origin;
    this.random = random;
    this.force = Math.max(170, Math.min(420, Math.min(page.width, page.height) * 0.5));
  }

  /** False when the sky is dark again. */
  step(seconds: number): boolean {
    this.time += seconds;
    for (let shell = programme[this.next]; shell && shell.at <= this.time; shell = programme[this.next]) {
      this.launch(shell);
      this.next += 1;
    }
    for (const flash of this.flashes) flash.age += seconds;
    let burning = this.next < programme.length;
    for (const star of this.stars) {
      if (star.kind === "none") continue;
      burning = true;
      this.move(star, seconds);
    }
    return burning && this.time < showLength + 0.6;
  }

  private launch(shell: Shell): void {
    const rocket = this.free();
    if (!rocket) return;
    const [toX, toY] = [(shell.x + between(this.random, -0.05, 0.05)) * this.width, (shell.y + between(this.random, -0.04, 0.04)) * this.height];
    const fall = 520;
    // Thrown so that it has used up its speed where it opens.
    const vy = (toY - this.origin.y) / ascent - (fall * ascent) / 2;
    this.ignite(rocket, "rocket", this.origin, { vx: (toX - this.origin.x) / ascent, vy });
    Object.assign(rocket, { tint: shell.tint, pattern: shell.pattern, life: ascent, size: 2.6, drag: 0, weight: fall });
  }

  private ignite(star: Star, kind: Star["kind"], from: { x: number; y: number }, way: { vx: number; vy: number }): void {
    star.kind = kind;
    star.x = star.fromX = from.x;
    star.y = star.fromY = from.y;
    star.vx = way.vx;
    star.vy = way.vy;
    star.age = 0;
  }

  private move(star: Star, seconds: number): void {
    star.age += seconds;
    if (star.age >= star.life) {
      if (star.kind === "rocket") this.open(star);
      else this.die(star);
      return;
    }
    const kept = Math.exp(-star.drag * seconds);
    star.fromX = star.x;
    star.fromY = star.y;
    star.vx *= kept;
    star.vy = star.vy * kept + star.weight * seconds;
    star.x += star.vx * seconds;
    star.y += star.vy * seconds;
  }

  private open(rocket: Star): void {
    const { pattern, tint } = rocket;
    const from = { x: rocket.x, y: rocket.y };
    rocket.kind = "none";
    this.flashes.push({ ...from, age: 0, reach: this.force * 1.1, tint });
    if (pattern === "ring") this.ring(from, tint);
    else this.sphere(from, pattern, tint);
  }

  /** Stars on a sphere, seen from the side: denser towards the rim, as real shells look. */
  private sphere(from: { x: number; y: number }, pattern: Pattern, tint: Tint): void {
    const count = { peony: 230, willow: 150, crackle: 170, ring: 0 }[pattern];
    for (let index = 0; index < count; index++) {
      const star = this.free();
      if (!star) return;
      const inner = pattern === "peony" && index % 4 === 0;
      const up = between(this.random, -1, 1);
      const around = between(this.random, 0, Math.PI * 2);
      const flat = Math.sqrt(1 - up * up);
      const force = this.force * (inner ? 0.5 : 1) * between(this.random, 0.9, 1.06) * (pattern === "willow" ? 0.82 : 1);
      this.ignite(star, "star", from, { vx: Math.cos(around) * flat * force, vy: up * force });
      this.dress(star, pattern, inner ? "gold" : tint);
    }
  }

  /** A tilted ring around a small heart. */
  private ring(from: { x: number; y: number }, tint: Tint): void {
    const tilt = between(this.random, -0.5, 0.5);
    for (let index = 0; index < 120; index++) {
      const star = this.free();
      if (!star) return;
      const heart = index >= 84;
      const angle = (index / (heart ? 36 : 84)) * Math.PI * 2;
      const force = this.force * (heart ? between(this.random, 0.1, 0.34) : 1);
      const [x, y] = [Math.cos(angle) * force, Math.sin(angle) * force * (heart ? 1 : 0.42)];
      this.ignite(star, "star", from, { vx: x * Math.cos(tilt) - y * Math.sin(tilt), vy: x * Math.sin(tilt) + y * Math.cos(tilt) });
      this.dress(star, "ring", heart ? "ember" : index % 3 ? tint : "hue");
    }
  }

  private dress(star: Star, pattern: Pattern, tint: Tint): void {
    const life = { peony: 1.35, willow: 2.1, ring: 1.2, crackle: 1.05 }[pattern];
    star.pattern = pattern;
    star.tint = pattern === "willow" ? "gold" : tint;
    star.life = life * between(this.random, 0.78, 1.1);
    star.size = between(this.random, 1.5, 2.5) * (pattern === "willow" ? 0.8 : 1);
    star.drag = pattern === "willow" ? 2.1 : 1.9;
    star.weight = { peony: 52, willow: 88, ring: 34, crackle: 46 }[pattern];
  }

  /** Stars of a crackling shell end in two or three sparks that blink. */
  private die(star: Star): void {
    star.kind = "none";
    if (star.pattern !== "crackle") return;
    const from = { x: star.x, y: star.y };
    for (let count = 0; count < 3; count++) {
      const spark = this.free();
      if (!spark) return;
      this.ignite(spark, "crackle", from, { vx: between(this.random, -90, 90), vy: between(this.random, -90, 70) });
      Object.assign(spark, { tint: count ? "gold" : "pale", pattern: "peony", life: between(this.random, 0.15, 0.55), size: 1.5, drag: 3, weight: 90 });
    }
  }

  private free(): Star | undefined {
    for (let tried = 0; tried < most; tried++) {
      this.search = (this.search + 1) % most;
      const star = this.stars[this.search];
      if (star?.kind === "none") return star;
    }
    return undefined;
  }
}
