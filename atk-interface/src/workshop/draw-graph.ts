import type { StageFigures, WorkshopRun } from "./model";
import type { Palette } from "./palette";
import type { Rect } from "./quiet";
import { type Point, pointAt, type Room, type Route } from "./route";
import { activeSteps, brokenStep } from "./traffic";

type Context = CanvasRenderingContext2D;

/** The graph of a run as it stands: line, steps, names. What moves is drawn over it, see draw-live. Returns where the names are. */
export function drawGraph(context: Context, route: Route, room: Room, run: WorkshopRun, palette: Palette): Rect[] {
  const states = run.stages.flatMap((stage) => stage.steps.map(() => (run.state === "completed" ? "done" : (stage.state ?? "waiting"))));
  context.save();
  context.lineCap = "round";
  context.lineJoin = "round";
  for (let segment = 0; segment < route.marks.length - 1; segment++) {
    const state = states[Math.min(segment, states.length - 1)] ?? "waiting";
    drawSegment(context, route, segment, palette, segment === states.length && state === "active" ? "waiting" : state);
  }
  const at = { x: 0, y: 0 };
  const steps = run.stages.flatMap((stage) => stage.steps);
  const broken = run.state === "failed" ? brokenStep(steps, ...activeSteps(run.stages)) : -1;
  states.forEach((state, index) => {
    pointAt(route, route.marks[index + 1] ?? 0, at);
    drawStep(context, at, index === broken ? "broken" : state, palette);
  });
  const names = drawNames(context, route, room, run.stages, palette);
  context.restore();
  return names;
}

function trace(context: Context, route: Route, from: number, to: number): void {
  const at = { x: 0, y: 0 };
  context.beginPath();
  pointAt(route, from, at);
  context.moveTo(at.x, at.y);
  for (let distance = from + 6; distance < to; distance += 6) {
    pointAt(route, distance, at);
    context.lineTo(at.x, at.y);
  }
  pointAt(route, to, at);
  context.lineTo(at.x, at.y);
}

/** A groove in the table; where records have gone through, it has kept some light. */
function drawSegment(context: Context, route: Route, segment: number, palette: Palette, state: string): void {
  const gap = 9;
  const last = segment === route.marks.length - 2;
  const from = (route.marks[segment] ?? 0) + (segment ? gap : 0);
  const to = (route.marks[segment + 1] ?? 0) - (last ? 0 : gap);
  trace(context, route, from, to);
  if (state === "waiting") {
    context.strokeStyle = palette.soft;
    context.globalAlpha = 0.34;
    context.lineWidth = 1.2;
    context.setLineDash([2, 6]);
    context.stroke();
    context.setLineDash([]);
    return;
  }
  context.strokeStyle = palette.hue;
  context.globalAlpha = state === "active" ? 0.12 : 0.08;
  context.lineWidth = 9;
  context.stroke();
  context.globalAlpha = state === "active" ? 0.5 : 0.62;
  context.lineWidth = state === "active" ? 1.4 : 1.8;
  context.stroke();
}

function drawStep(context: Context, { x, y }: Point, state: string, palette: Palette): void {
  const broken = state === "broken";
  const colour = broken ? palette.bad : state === "waiting" ? palette.soft : palette.hue;
  context.globalAlpha = 1;
  context.fillStyle = palette.ink;
  disc(context, x, y, 8);
  context.fill();
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.globalAlpha = state === "waiting" ? 0.55 : 0.95;
  context.lineWidth = 1.6;
  disc(context, x, y, state === "waiting" ? 4.5 : 6.5);
  context.stroke();
  if (broken) {
    context.beginPath();
    context.moveTo(x - 2.4, y - 2.4);
    context.lineTo(x + 2.4, y + 2.4);
    context.moveTo(x + 2.4, y - 2.4);
    context.lineTo(x - 2.4, y + 2.4);
    context.stroke();
  } else if (state !== "waiting") {
    disc(context, x, y, state === "done" ? 3.4 : 2);
    context.fill();
  }
}

function disc(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
}

/** Names stand on the side of the page, away from where things fall, and only where they have room. */
function drawNames(context: Context, route: Route, room: Room, stages: readonly StageFigures[], palette: Palette): Rect[] {
  const names: Rect[] = [];
  const at = { x: 0, y: 0 };
  let index = 0;
  for (const stage of stages) {
    stage.steps.forEach((step, place) => {
      const fall = route.falls[index];
      const width = roomForName(route, room, index);
      pointAt(route, route.marks[index + 1] ?? 0, at);
      index += 1;
      if (!fall || width < 40) return;
      const below = fall.x === 0;
      context.textAlign = below ? "center" : fall.x < 0 ? "left" : "right";
      const x = below ? at.x : at.x - fall.x * 25;
      const y = below ? at.y - 25 : at.y + 4;
      context.fillStyle = palette.soft;
      context.globalAlpha = stage.state === "waiting" ? 0.6 : 0.9;
      context.font = "500 11px 'Bricolage Grotesque', ui-sans-serif, system-ui, sans-serif";
      const name = shortened(context, step.name, width);
      const half = context.measureText(name).width / 2;
      const middle = below ? x : x - fall.x * half;
      names.push({ left: middle - half, right: middle + half, top: y - (place > 0 ? 9 : 22), bottom: y + 2 });
      context.fillText(name, x, y);
      if (place > 0 || stages.length < 2) return;
      context.globalAlpha *= 0.8;
      context.font = "600 9.5px 'Bricolage Grotesque', ui-sans-serif, system-ui, sans-serif";
      context.fillText(shortened(context, stage.name.toUpperCase(), width), x, y - 14);
    });
  }
  return names;
}

function roomForName(route: Route, room: Room, index: number): number {
  const fall = route.falls[index];
  if (!fall) return 0;
  if (fall.x !== 0) return (fall.x < 0 ? room.left : room.right) - Math.min(fall.x < 0 ? room.left * 0.3 : room.right * 0.3, 44) - 34;
  const mark = route.marks[index + 1] ?? 0;
  return Math.min(mark - (route.marks[index] ?? 0), (route.marks[index + 2] ?? mark) - mark, 180) - 10;
}

function shortened(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length)}…`;
}
