/** Where the graph of a run may lie: the page's free edges, in CSS pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
  /** Where the page begins: behind a bar at its left side. */
  readonly start: number;
  /** Free width beside the content, left and right. */
  readonly left: number;
  readonly right: number;
  /** Height of the page's header, which stays free. */
  readonly top: number;
  /** Whether the lower edge is free; if not, the line passes behind the page there, as through a tunnel. */
  readonly bottomFree: boolean;
}

export interface Point {
  x: number;
  y: number;
}

/** One line around the page, sampled at equal distances, and the places of the steps on it. */
export interface Route {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly length: number;
  /** Distance of the start, of each step, and of the end. Segment i runs from marks[i] to marks[i + 1]. */
  readonly marks: readonly number[];
  /** Which way things fall at each step: outward in a gutter, down below the page. */
  readonly falls: readonly Point[];
}

const spacing = 4;
const narrowest = 56;

/** Down the left gutter, along the lower edge, up the right gutter: as much of it as there is room for. */
function corners({ width, height, start, left, right, top }: Room): Point[] {
  const low = height - 58;
  const line: Point[] = [];
  // Beside a bar both sides of the gutter are quiet: the line keeps to its middle, if that is wide enough.
  const leftRail = left >= (start ? 92 : narrowest);
  const leftX = start ? start + left / 2 : railAt(left);
  const rightRail = right >= narrowest;
  if (leftRail) line.push({ x: leftX, y: top + 36 }, { x: leftX, y: low });
  else line.push({ x: start + (start ? 56 : 28), y: low });
  if (rightRail) line.push({ x: width - railAt(right), y: low }, { x: width - railAt(right), y: top + 36 });
  else line.push({ x: width - 28, y: low });
  return line;
}

/** Wide gutters hold names beside the line, on the side of the page. */
function railAt(gutter: number): number {
  return Math.min(gutter * 0.3, 44);
}

/** Follows the corners with rounded turns and a slow meander, so that it looks drawn by hand and not plotted. */
function samples(line: readonly Point[]): Point[] {
  const points: Point[] = [];
  const radius = 54;
  for (let index = 1; index < line.length; index++) {
    const from = line[index - 1];
    const to = line[index];
    if (!from || !to) continue;
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
    const start = index > 1 ? radius : 0;
    const end = index < line.length - 1 ? length - radius : length;
    for (let at = start; at <= end; at += spacing) {
      const ease = Math.min(1, (at - start) / 80, (end - at) / 80);
      const sway = Math.sin((at / 190) * Math.PI) * 9 * Math.max(0, ease);
      points.push({ x: from.x + ux * at - uy * sway, y: from.y + uy * at + ux * sway });
    }
    const next = line[index + 1];
    if (next) turn(points, { x: from.x + ux * (length - radius), y: from.y + uy * (length - radius) }, to, next, radius);
  }
  return points;
}

function turn(points: Point[], from: Point, corner: Point, next: Point, radius: number): void {
  const length = Math.hypot(next.x - corner.x, next.y - corner.y);
  const to = { x: corner.x + ((next.x - corner.x) / length) * radius, y: corner.y + ((next.y - corner.y) / length) * radius };
  const count = Math.ceil((radius * 1.6) / spacing);
  for (let step = 1; step < count; step++) {
    const t = step / count;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    points.push({ x: a * from.x + b * corner.x + c * to.x, y: a * from.y + b * corner.y + c * to.y });
  }
}

/** Parts of the line, as distances, where steps are seen. */
function seenParts(room: Room, points: readonly Point[]): [number, number][] {
  const parts: [number, number][] = [];
  let start = -1;
  points.forEach((point, index) => {
    const seen = room.bottomFree || point.x < room.start + room.left - 12 || point.x > room.width - room.right + 12;
    if (seen && start < 0) start = index;
    if ((!seen || index === points.length - 1) && start >= 0) {
      if (index - start > 20) parts.push([start * spacing, index * spacing]);
      start = -1;
    }
  });
  return parts.length ? parts : [[0, (points.length - 1) * spacing]];
}

/** Distance along the whole line of what lies `at` along the seen parts alone. */
function unfold(parts: readonly [number, number][], at: number): number {
  let rest = at;
  for (const [from, to] of parts) {
    if (rest <= to - from) return from + rest;
    rest -= to - from;
  }
  return parts.at(-1)?.[1] ?? 0;
}

/** Lays steps on the line, evenly, with a longer way between two stages. `sizes`: steps in each stage. */
export function layRoute(room: Room, sizes: readonly number[]): Route {
  const points = samples(corners(room));
  const parts = seenParts(room, points);
  const seen = parts.reduce((sum, [from, to]) => sum + to - from, 0);
  const places: number[] = [];
  let place = 0.7;
  for (const size of sizes) {
    for (let step = 0; step < size; step++) places.push(place + step);
    place += size + 0.5;
  }
  const span = Math.max(1, place - 0.8);
  const length = (points.length - 1) * spacing;
  const marks = [0, ...places.map((at) => unfold(parts, (at / span) * seen)), length];
  const route: Route = {
    xs: Float32Array.from(points, (point) => point.x),
    ys: Float32Array.from(points, (point) => point.y),
    length,
    marks,
    falls: [],
  };
  const at = { x: 0, y: 0 };
  const falls = marks.slice(1, -1).map((mark) => {
    pointAt(route, mark, at);
    if (at.y > room.height - 90) return { x: 0, y: 1 };
    return { x: at.x < room.width / 2 ? -1 : 1, y: 0.6 };
  });
  return { ...route, falls };
}

/** Writes the place `distance` along the line into `into`; beyond an end it is the end. */
export function pointAt(route: Route, distance: number, into: Point): void {
  const last = route.xs.length - 1;
  const at = Math.max(0, Math.min(last, distance / spacing));
  const index = Math.min(last - 1, Math.floor(at));
  const t = at - index;
  into.x = (route.xs[index] ?? 0) * (1 - t) + (route.xs[index + 1] ?? 0) * t;
  into.y = (route.ys[index] ?? 0) * (1 - t) + (route.ys[index + 1] ?? 0) * t;
}
