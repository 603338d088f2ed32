import type { Show, Star, Tint } from "./show";
import { lightSprite, stamp } from "./sprite";

type Context = CanvasRenderingContext2D;

/** Draws a show: strokes of light over what is left of the last frames. */
export class ShowPainter {
  private readonly context: Context;
  private readonly colours: Readonly<Record<Tint, string>>;
  private readonly glows: Readonly<Record<Tint, HTMLCanvasElement>>;

  constructor(context: Context, hue: number) {
    this.context = context;
    const hearts = { hue: `oklch(0.95 0.07 ${hue})`, pale: "#fff", ember: "oklch(0.93 0.09 70)", gold: "oklch(0.96 0.08 95)" };
    this.colours = { hue: `oklch(0.76 0.19 ${hue})`, pale: `oklch(0.9 0.09 ${hue})`, ember: "oklch(0.74 0.18 48)", gold: "oklch(0.85 0.15 86)" };
    const glow = (tint: Tint): HTMLCanvasElement => lightSprite(this.colours[tint], hearts[tint]);
    this.glows = { hue: glow("hue"), pale: glow("pale"), ember: glow("ember"), gold: glow("gold") };
  }

  paint(show: Show, seconds: number, width: number, height: number): void {
    const { context } = this;
    context.globalCompositeOperation = "destination-out";
    context.globalAlpha = 1 - Math.exp(-6.5 * seconds);
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "lighter";
    for (const flash of show.flashes) {
      if (flash.age > 0.35) continue;
      const left = 1 - flash.age / 0.35;
      context.globalAlpha = left * left * 0.3;
      stamp(context, this.glows[flash.tint], flash.x, flash.y, flash.reach * (1.5 - left * 0.5));
    }
    for (const star of show.stars) if (star.kind !== "none") this.star(star, show.time);
    context.globalAlpha = 1;
  }

  private star(star: Star, time: number): void {
    const { context } = this;
    const left = 1 - star.age / star.life;
    const twinkle = star.kind === "crackle" ? (Math.sin(time * 70 + star.x) > 0 ? 1 : 0.15) : 1;
    const late = star.pattern === "willow" ? Math.sqrt(left) : Math.min(1, left * 1.9);
    context.globalAlpha = Math.max(0, late * twinkle);
    context.strokeStyle = this.colours[star.tint];
    context.lineWidth = star.kind === "rocket" ? star.size : star.size * (0.55 + 0.45 * left);
    context.beginPath();
    context.moveTo(star.fromX, star.fromY);
    context.lineTo(star.x, star.y);
    context.stroke();
    if (star.kind === "rocket") {
      stamp(context, this.glows.gold, (star.x + star.fromX) / 2, (star.y + star.fromY) / 2, 16);
      stamp(context, this.glows.gold, star.x, star.y, 24);
    }
    // The first moments burn white-hot, and crackles blink with a halo.
    else if (left > 0.55 || star.kind === "crackle") {
      context.globalAlpha *= 0.45;
      stamp(context, this.glows[star.tint], star.x, star.y, star.kind === "crackle" ? 12 : 15 * left);
    }
  }
}
