import type { Motion } from "@/lib/preferences";
import { Feed, sparksFor } from "./feed";
import { frameLoop } from "./loop";
import type { RunState } from "./model";
import { readPalette } from "./palette";
import { seeded } from "./random";
import { makeSprites, type Sprites, stamp } from "./sprite";

export interface BarFigures {
  readonly value: number;
  readonly max: number;
  readonly state: RunState;
}

/** The canvas over a progress bar. It works only while sparks fly. */
export class SparkLayer {
  private readonly context: CanvasRenderingContext2D;
  private readonly feed = new Feed(seeded(21));
  private readonly loop = frameLoop({ frame: (seconds) => this.frame(seconds), rate: () => 60 });
  private readonly watch: ResizeObserver;
  private readonly sight: IntersectionObserver;
  private sprites: Sprites | undefined;
  private figures: BarFigures | undefined;
  private width = 0;
  private height = 0;
  private seen = true;

  constructor(context: CanvasRenderingContext2D) {
    this.context = context;
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(context.canvas);
    this.sight = new IntersectionObserver((entries) => (this.seen = entries.at(-1)?.isIntersecting ?? true));
    this.sight.observe(context.canvas);
  }

  stop(): void {
    this.loop.stop();
    this.watch.disconnect();
    this.sight.disconnect();
  }

  paint(hue: number): void {
    this.sprites = makeSprites(readPalette(hue));
  }

  show(figures: BarFigures, motion: Motion): void {
    const before = this.figures;
    this.figures = figures;
    if (!before || motion !== "full" || !this.seen) return;
    const count = sparksFor(before.value, figures.value, figures.max);
    if (figures.state === "running" || figures.state === "completed") this.feed.feed(count);
    if (figures.state === "failed" && before.state !== "failed" && figures.max > 0) this.feed.fall(60, this.tip(), this.height / 2);
    this.loop.wake();
  }

  private tip(): number {
    const { figures } = this;
    return figures && figures.max > 0 ? Math.min(1, figures.value / figures.max) * this.width : 0;
  }

  private resize(): void {
    const { canvas } = this.context;
    const ratio = Math.min(devicePixelRatio, 2);
    [this.width, this.height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = Math.round(this.width * ratio);
    canvas.height = Math.round(this.height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  private frame(seconds: number): boolean {
    const { context, feed, sprites } = this;
    const [x, y] = [this.tip(), this.height / 2];
    const moves = this.seen && feed.step(seconds, x, y);
    context.clearRect(0, 0, this.width, this.height);
    if (!moves || !sprites) return false;
    if (feed.glow > 0) {
      context.globalAlpha = feed.glow * 0.9;
      stamp(context, sprites.ember, x - 3, y, 38);
    }
    for (const spark of feed.sparks) {
      if (spark.kind === "none" || spark.age < 0) continue;
      const t = spark.age / spark.life;
      if (spark.kind === "feeding") {
        context.globalAlpha = Math.min(1, t * 5);
        stamp(context, spark.curl > 2 ? sprites.gold : sprites.ember, spark.x, spark.y, 17 - 6 * t);
      } else {
        context.globalAlpha = 1 - t * t;
        stamp(context, spark.life > 0.8 ? sprites.bad : sprites.ember, spark.x, spark.y, 15 - 7 * t);
      }
    }
    context.globalAlpha = 1;
    return true;
  }
}
