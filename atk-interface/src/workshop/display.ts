import { ShowPainter } from "./draw-show";
import type { FireworksOptions } from "./fireworks";
import { frameLoop } from "./loop";
import { seeded } from "./random";
import { Show, showLength } from "./show";
import "./workshop.css";

/** Rockets and shells, on a canvas of its own over everything. */
export function fullShow({ hue, origin }: FireworksOptions): Promise<void> {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve();
  const ratio = Math.min(devicePixelRatio, 2);
  const [width, height] = [innerWidth, innerHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.className = "ws-fireworks";
  canvas.setAttribute("aria-hidden", "true");
  context.scale(ratio, ratio);
  context.lineCap = "round";

  const show = new Show({ width, height }, origin ?? { x: width / 2, y: height + 10 }, seeded(Date.now()));
  const painter = new ShowPainter(context, hue);
  document.body.append(canvas);
  // The room darkens, so that fire looks like fire; more so by day.
  const dark = document.documentElement.dataset["theme"] === "light" ? 0.66 : 0.4;
  const dusk = canvas.animate(
    { backgroundColor: ["rgb(10 10 24 / 0)", `rgb(10 10 24 / ${dark})`, `rgb(10 10 24 / ${dark * 0.9})`, "rgb(10 10 24 / 0)"], offset: [0, 0.12, 0.7, 1] },
    { duration: showLength * 1000, fill: "both" },
  );
  return new Promise((resolve) => {
    const loop = frameLoop({
      frame: (seconds) => {
        const burning = show.step(seconds);
        painter.paint(show, seconds, width, height);
        if (!burning) leave();
        return burning;
      },
      rate: () => 60,
    });
    const leave = endable(() => {
      clearTimeout(late);
      loop.stop();
      dusk.cancel();
      canvas.remove();
      resolve();
    }, canvas);
    // A machine too slow for it, or a tab that was left, does not keep the page dark for longer.
    const late = setTimeout(leave, (showLength + 1) * 1000);
    loop.wake();
  });
}

/** One soft light that swells and fades: nothing travels. */
export function bloom({ hue, origin }: FireworksOptions): Promise<void> {
  const light = document.createElement("div");
  const at = origin ?? { x: innerWidth / 2, y: innerHeight * 0.45 };
  light.className = "ws-fireworks";
  light.setAttribute("aria-hidden", "true");
  light.style.background = `radial-gradient(circle at ${at.x}px ${at.y}px, oklch(0.9 0.1 80 / 0.46), oklch(0.82 0.11 65 / 0.3) 9%, oklch(0.76 0.1 ${hue} / 0.2) 24%, oklch(0.72 0.12 ${hue} / 0.09) 42%, transparent 66%)`;
  document.body.append(light);
  return new Promise((resolve) => {
    const swell = light.animate({ opacity: [0, 1, 0], offset: [0, 0.35, 1] }, { duration: 1900, easing: "ease-in-out", fill: "both" });
    const leave = endable(() => {
      light.remove();
      resolve();
    }, light);
    swell.onfinish = leave;
  });
}

/** Ends a show once: by itself, by Escape or by a click, which still does what it was meant for. */
function endable(end: () => void, element: HTMLElement): () => void {
  let over = false;
  const leave = (): void => {
    if (over) return;
    over = true;
    window.removeEventListener("keydown", key, true);
    window.removeEventListener("pointerdown", leave, true);
    const fade = element.animate({ opacity: [1, 0] }, { duration: 140, fill: "forwards" });
    fade.onfinish = end;
    fade.oncancel = end;
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") leave();
  };
  window.addEventListener("keydown", key, { capture: true, passive: true });
  window.addEventListener("pointerdown", leave, { capture: true, passive: true });
  return leave;
}
