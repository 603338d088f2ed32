export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How much of the background shows, 0 to 255, in a coarse grid over the page. */
export interface Mask {
  readonly columns: number;
  readonly rows: number;
  readonly cell: number;
  readonly shown: Uint8Array;
}

const cell = 8;
interface Edge {
  readonly margin: number;
  readonly fade: number;
}

const panelEdge: Edge = { margin: 6, fade: 30 };
const nameEdge: Edge = { margin: 0, fade: 8 };

/** Nothing shows in a quiet zone nor within a few pixels of it; from there it fades in. `names` are the graph's own: text too. */
export function maskOf({ width, height }: { readonly width: number; readonly height: number }, zones: readonly Rect[], names: readonly Rect[] = []): Mask {
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const shown = new Uint8Array(columns * rows).fill(255);
  const mask = { columns, rows, cell, shown };
  for (const zone of zones) darken(mask, zone, panelEdge);
  for (const name of names) darken(mask, name, nameEdge);
  return mask;
}

function darken({ columns, rows, shown }: Mask, zone: Rect, { margin, fade }: Edge): void {
  const reach = margin + fade + cell;
  const [fromColumn, toColumn] = [Math.floor((zone.left - reach) / cell), Math.ceil((zone.right + reach) / cell)];
  const [fromRow, toRow] = [Math.floor((zone.top - reach) / cell), Math.ceil((zone.bottom + reach) / cell)];
  for (let row = Math.max(0, fromRow); row < Math.min(rows, toRow); row++) {
    const y = (row + 0.5) * cell;
    const dy = Math.max(zone.top - y, 0, y - zone.bottom);
    for (let column = Math.max(0, fromColumn); column < Math.min(columns, toColumn); column++) {
      const x = (column + 0.5) * cell;
      const dx = Math.max(zone.left - x, 0, x - zone.right);
      const away = Math.sqrt(dx * dx + dy * dy);
      const light = Math.max(0, Math.min(1, (away - margin - cell / 2) / fade)) * 255;
      const index = row * columns + column;
      if (light < (shown[index] ?? 0)) shown[index] = light;
    }
  }
}

/** 0: under text, 1: free. */
export function shownAt(mask: Mask, x: number, y: number): number {
  const column = Math.floor(x / mask.cell);
  const row = Math.floor(y / mask.cell);
  if (column < 0 || row < 0 || column >= mask.columns || row >= mask.rows) return 0;
  return (mask.shown[row * mask.columns + column] ?? 0) / 255;
}

/** Takes the quiet zones out of a drawing. */
export function cutOut(context: CanvasRenderingContext2D, mask: Mask): void {
  const stencil = document.createElement("canvas");
  stencil.width = mask.columns;
  stencil.height = mask.rows;
  const small = stencil.getContext("2d");
  if (!small) return;
  const image = small.createImageData(mask.columns, mask.rows);
  mask.shown.forEach((light, index) => (image.data[index * 4 + 3] = light));
  small.putImageData(image, 0, 0);
  context.save();
  context.globalCompositeOperation = "destination-in";
  context.imageSmoothingEnabled = true;
  context.drawImage(stencil, 0, 0, mask.columns * mask.cell, mask.rows * mask.cell);
  context.restore();
}

/** The elements marked `data-quiet`, on the screen or above or below it. */
export function quietZones(): Rect[] {
  const zones: Rect[] = [];
  for (const element of document.querySelectorAll("[data-quiet]")) {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    if (right > left && bottom > top) zones.push({ left, top, right, bottom });
  }
  return zones;
}
