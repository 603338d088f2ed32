import type { Palette } from "./palette";

export interface Sprites {
  readonly hue: HTMLCanvasElement;
  readonly pale: HTMLCanvasElement;
  readonly ember: HTMLCanvasElement;
  readonly gold: HTMLCanvasElement;
  readonly bad: HTMLCanvasElement;
  readonly soft: HTMLCanvasElement;
  readonly halo: HTMLCanvasElement;
}

/** Points of light are drawn once and stamped: a gradient per bead and frame would cost twenty times as much. */
export function lightSprite(colour: string, heart: string, size = 64): HTMLCanvasElement {
  return sprite(size, [
    [0, heart],
    [0.13, heart],
    [0.22, clear(colour, 80)],
    [0.36, clear(colour, 34)],
    [0.6, clear(colour, 11)],
    [1, "transparent"],
  ]);
}

/** Light without a source: what lies behind a step at work. */
function haloSprite(colour: string): HTMLCanvasElement {
  return sprite(96, [
    [0, clear(colour, 60)],
    [0.25, clear(colour, 40)],
    [0.55, clear(colour, 13)],
    [1, "transparent"],
  ]);
}

const clear = (colour: string, percent: number): string => `color-mix(in oklab, ${colour} ${percent}%, transparent)`;

function sprite(size: number, stops: readonly (readonly [number, string])[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const light = context.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
  for (const [at, colour] of stops) light.addColorStop(at, colour);
  context.fillStyle = light;
  context.fillRect(0, 0, size, size);
  return canvas;
}

/** Stamps a light centred on a point, `width` across. */
export function stamp(context: CanvasRenderingContext2D, sprite: HTMLCanvasElement, x: number, y: number, width: number): void {
  context.drawImage(sprite, x - width / 2, y - width / 2, width, width);
}

export function makeSprites(palette: Palette): Sprites {
  const { dark, vivid, pale, ember, gold, bad, soft } = palette;
  return {
    hue: lightSprite(vivid, dark ? pale : vivid),
    pale: lightSprite(vivid, dark ? "#fff" : pale),
    ember: lightSprite(ember, dark ? "oklch(0.94 0.07 80)" : ember),
    gold: lightSprite(gold, dark ? "#fff" : gold),
    bad: lightSprite(bad, dark ? "oklch(0.9 0.08 40)" : bad),
    soft: lightSprite(soft, soft),
    halo: haloSprite(ember),
  };
}
