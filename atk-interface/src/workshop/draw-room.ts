import type { MotifId } from "@/lib/pipeline-hue";
import { motifPaths } from "./motif-paths";
import type { Palette } from "./palette";
import type { Room } from "./route";
import type { View } from "./view";

type Context = CanvasRenderingContext2D;

const mesh = 28;

/** What lies behind everything and never moves: lamplight in two corners and the faint lines of a drafting table. */
export function drawRoom(context: Context, { width, height }: View, palette: Palette): void {
  const lines = draftingLines(width, height, palette);
  if (lines) context.drawImage(lines, 0, 0, width, height);
  lamplight(context, { x: width * 1.02, y: height * 1.05, reach: height * 0.75 }, palette.ember, palette.dark ? 0.13 : 0.1);
  lamplight(context, { x: -width * 0.02, y: -height * 0.02, reach: height * 0.7 }, palette.hue, palette.dark ? 0.1 : 0.09);
}

function lamplight(context: Context, at: { x: number; y: number; reach: number }, colour: string, strength: number): void {
  const light = context.createRadialGradient(at.x, at.y, 0, at.x, at.y, at.reach);
  light.addColorStop(0, colour);
  light.addColorStop(0.45, `color-mix(in oklab, ${colour} 32%, transparent)`);
  light.addColorStop(1, "transparent");
  context.save();
  context.globalAlpha = strength;
  context.fillStyle = light;
  context.fillRect(at.x - at.reach, at.y - at.reach, at.reach * 2, at.reach * 2);
  context.restore();
}

/** Clear at the edges of the page, gone in its middle. */
function draftingLines(width: number, height: number, palette: Palette): HTMLCanvasElement | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  for (const heavy of [false, true]) {
    context.globalAlpha = heavy ? 0.75 : 0.32;
    context.beginPath();
    for (let x = 0.5; x < width; x += heavy ? mesh * 5 : mesh) {
      context.moveTo(x, 0);
      context.lineTo(x, height);
    }
    for (let y = height - 0.5; y > 0; y -= heavy ? mesh * 5 : mesh) {
      context.moveTo(0, y);
      context.lineTo(width, y);
    }
    context.stroke();
  }
  const fade = context.createRadialGradient(width / 2, height * 0.34, height * 0.25, width / 2, height * 0.34, Math.hypot(width, height) * 0.56);
  fade.addColorStop(0, "transparent");
  fade.addColorStop(1, "#000");
  context.globalAlpha = 1;
  context.globalCompositeOperation = "destination-in";
  context.fillStyle = fade;
  context.fillRect(0, 0, width, height);
  return canvas;
}

/** The emblem of the last pipeline, as if chalked on the wall. */
export function drawEmblem(context: Context, motif: MotifId, room: Room, palette: Palette): void {
  const size = Math.max(110, Math.min(220, room.right - 48));
  const x = room.width - (room.right > 130 ? room.right / 2 : 90);
  const { lines, fills, sparks } = motifPaths[motif];
  context.save();
  context.translate(x - size / 2, room.height - 72 - size);
  context.scale(size / 48, size / 48);
  context.globalAlpha = palette.dark ? 0.2 : 0.24;
  context.lineWidth = 0.65;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.strokeStyle = palette.hue;
  context.fillStyle = palette.hue;
  context.stroke(new Path2D(lines));
  if (fills) context.fill(new Path2D(fills));
  context.fillStyle = palette.ember;
  if (sparks) context.fill(new Path2D(sparks));
  context.restore();
}
