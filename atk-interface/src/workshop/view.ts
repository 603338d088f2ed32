import type { Rect } from "./quiet";
import type { Room } from "./route";

/** The visible page without scroll bars, in CSS pixels, and the device pixels that a CSS pixel is drawn with. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

const header = 64;

export function viewNow(): View {
  const { clientWidth, clientHeight } = document.documentElement;
  return { width: clientWidth, height: clientHeight, ratio: Math.min(devicePixelRatio, 2) };
}

export function sameView(one: View, other: View): boolean {
  return one.width === other.width && one.height === other.height && one.ratio === other.ratio;
}

export function clear(context: CanvasRenderingContext2D, view: View): void {
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
}

/** What the quiet zones leave free at the sides. Bars across the page and down its left side do not count as content. */
export function roomOf(view: View, zones: readonly Rect[]): Room {
  const bars = zones.filter((zone) => zone.left <= 2 && zone.right < view.width * 0.4 && zone.bottom - zone.top > view.height * 0.9);
  const start = bars.reduce((most, zone) => Math.max(most, zone.right), 0);
  const content = zones.filter((zone) => !bars.includes(zone) && (zone.bottom - zone.top > 90 || zone.right - zone.left < view.width * 0.9));
  const left = content.reduce((least, zone) => Math.min(least, zone.left), view.width);
  const right = content.reduce((most, zone) => Math.max(most, zone.right), 0);
  const { scrollHeight } = document.documentElement;
  return {
    width: view.width,
    height: view.height,
    start,
    left: content.length ? Math.max(0, left - start) : view.width * 0.09,
    right: content.length ? Math.max(0, view.width - right) : view.width * 0.09,
    top: header,
    bottomFree: scrollHeight <= view.height + 1,
  };
}
