import type { Mote } from "./dust";
import type { Bead, Flow } from "./flow";
import type { RunState } from "./model";
import { type Mask, shownAt } from "./quiet";
import { type Point, pointAt, type Route } from "./route";
import { type Sprites, stamp } from "./sprite";

type Context = CanvasRenderingContext2D;

export interface Light {
  readonly context: Context;
  readonly mask: Mask;
  readonly sprites: Sprites;
  readonly dark: boolean;
}

const place: Point = { x: 0, y: 0 };

/** Beads and sparks. `time` in seconds lets resting beads breathe. */
export function drawBeads(light: Light, route: Route, flow: Flow, state: RunState, time: number): void {
  const rest = state === "paused" ? 0.5 + 0.3 * Math.sin(time * 1.6) : 1;
  for (const bead of flow.beads) {
    if (bead.kind === "none") continue;
    const shown = shownAt(light.mask, bead.x, bead.y);
    if (shown === 0) continue;
    if (bead.kind === "walking") drawWalking(light, route, bead, shown * rest);
    else drawFalling(light, bead, shown);
  }
  light.context.globalAlpha = 1;
}

/** A bead draws a short tail behind it along its way. */
function drawWalking({ context, sprites }: Light, route: Route, bead: Bead, shown: number): void {
  const light = shown * Math.min(1, bead.age * 3);
  pointAt(route, bead.distance, place);
  const offX = bead.x - place.x;
  const offY = bead.y - place.y;
  for (let behind = 1; behind < 4; behind++) {
    pointAt(route, bead.distance - behind * 5, place);
    context.globalAlpha = light * (0.5 - behind * 0.12);
    stamp(context, sprites.hue, place.x + offX, place.y + offY, 22 - behind * 4);
  }
  context.globalAlpha = light;
  stamp(context, sprites.hue, bead.x, bead.y, 27);
}

function drawFalling({ context, sprites }: Light, bead: Bead, shown: number): void {
  const left = 1 - bead.age / bead.life;
  context.globalAlpha = shown * Math.min(1, left * 1.6);
  if (bead.kind === "failed") {
    const flash = Math.max(0, 1 - bead.age * 3.2);
    stamp(context, sprites.bad, bead.x, bead.y, 24 + 44 * flash);
  } else if (bead.kind === "dropped") {
    stamp(context, sprites.soft, bead.x, bead.y, 10 + 12 * left);
  } else {
    stamp(context, bead.life > 1.4 ? sprites.gold : sprites.ember, bead.x, bead.y, 7 + 14 * left);
  }
}

/** Around each step as many motes as it has calls in flight, and a glow behind those at work. */
export function drawWork(light: Light, route: Route, flow: Flow, time: number, moving: boolean): void {
  const { context, mask, sprites } = light;
  for (let step = flow.first; step <= flow.last; step++) {
    pointAt(route, route.marks[step + 1] ?? 0, place);
    const shown = shownAt(mask, place.x, place.y);
    const busy = flow.busy[step] ?? 0;
    if (shown === 0) continue;
    const breath = 0.5 + 0.5 * Math.sin(time * 2.1 - step * 0.7);
    context.globalAlpha = shown * (busy > 0 ? 0.6 + 0.4 * breath : 0.25);
    stamp(context, sprites.halo, place.x, place.y, busy > 0 ? 76 + 14 * breath : 56);
    if (!moving) continue;
    context.globalAlpha = shown * 0.9;
    for (let mote = 0; mote < busy; mote++) {
      const angle = (mote / busy) * Math.PI * 2 + time * (1.1 + (step % 3) * 0.12);
      stamp(context, sprites.ember, place.x + Math.cos(angle) * 13, place.y + Math.sin(angle) * 13, 10);
    }
  }
  context.globalAlpha = 1;
}

/** The wave that runs once through a completed run, and lights step after step. */
export function drawWave({ context, mask, sprites }: Light, route: Route, wave: number): void {
  if (wave >= 1) return;
  const head = wave * (route.length + 240);
  for (let behind = 0; behind < 26; behind++) {
    const distance = head - behind * 9;
    if (distance < 0 || distance > route.length) continue;
    pointAt(route, distance, place);
    const left = 1 - behind / 26;
    context.globalAlpha = shownAt(mask, place.x, place.y) * left * left;
    stamp(context, behind < 3 ? sprites.pale : sprites.gold, place.x, place.y, 10 + 24 * left);
  }
  context.globalAlpha = 1;
}

export function drawDust({ context, mask, sprites, dark }: Light, motes: readonly Mote[]): void {
  for (const mote of motes) {
    const shown = shownAt(mask, mote.x, mote.y);
    if (shown === 0) continue;
    context.globalAlpha = shown * (0.55 + 0.4 * Math.sin(mote.phase * 2.3)) * (dark ? 0.9 : 0.7);
    stamp(context, mote.ember ? sprites.ember : sprites.hue, mote.x, mote.y, mote.size);
  }
  context.globalAlpha = 1;
}
