/**
 * A strip of lines, longer than a browser can make an element (16 to 33 million pixels, and half of that when zoomed).
 * Beyond `TALLEST`, the scroll bar is a scaled picture of it: a drag of the thumb moves in proportion, while a wheel,
 * a finger or a key still moves line by line.
 */
export interface Strip {
  total: number;
  lineHeight: number;
  viewport: number;
}

/** Where one is: `top` in pixels of the true strip, `at` what the scroll bar said then. */
export interface Place {
  top: number;
  at: number;
}

export const TALLEST = 8_000_000;
/** Jumps of more than so many screens at once come from the thumb. */
const FAR = 3;

const trueHeight = ({ total, lineHeight }: Strip): number => total * lineHeight;

/** What the element that scrolls is made to hold. */
export const scrollHeight = (strip: Strip): number => Math.min(trueHeight(strip), TALLEST);

const range = (strip: Strip): number => Math.max(0, trueHeight(strip) - strip.viewport);
const scrollRange = (strip: Strip): number => Math.max(0, scrollHeight(strip) - strip.viewport);

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** True pixels to one of the scroll bar; 1 where nothing is scaled. */
export const ratio = (strip: Strip): number => {
  const shown = scrollRange(strip);
  return shown > 0 ? range(strip) / shown : 1;
};

/** The place after the scroll bar has gone to `at`. */
export function scrolled(strip: Strip, place: Place, at: number): Place {
  const scale = ratio(strip);
  const step = at - place.at;
  const proportional = scale === 1 || Math.abs(step) > FAR * strip.viewport;
  return { top: clamp(proportional ? at * scale : place.top + step, range(strip)), at };
}

/** A place with the scroll bar where it belongs: for jumps, and after line-by-line steps have let the two drift apart. */
export function placed(strip: Strip, top: number): Place {
  const held = clamp(top, range(strip));
  return { top: held, at: held / ratio(strip) };
}

export const endOf = (strip: Strip): Place => placed(strip, range(strip));

export const isAtEnd = (strip: Strip, { top }: Place): boolean => top >= range(strip) - strip.lineHeight / 2;

/** Which lines to draw, `over` more than can be seen on each side, and where the first stands above the viewport's top. */
export function windowOf({ total, lineHeight, viewport }: Strip, { top }: Place, over: number): { first: number; last: number; shift: number } {
  const first = Math.max(0, Math.floor(top / lineHeight) - over);
  const last = Math.min(total - 1, Math.ceil((top + viewport) / lineHeight) + over);
  return { first, last, shift: first * lineHeight - top };
}

/**
 * For wrapped lines, whose heights nobody knows before they are drawn: one point of the strip is fixed to one point of
 * the viewport, at the top at the beginning and at the bottom at the end, so that both ends can be reached.
 */
export function anchorOf(strip: Strip, { top }: Place): { line: number; share: number; y: number } {
  const way = range(strip) > 0 ? clamp(top / range(strip), 1) : 0;
  const y = way * Math.min(strip.viewport, trueHeight(strip));
  const exact = (top + y) / strip.lineHeight;
  const line = clamp(Math.floor(exact), Math.max(0, strip.total - 1));
  return { line, share: exact - line, y };
}

/** `top` that makes a line the one of `anchorOf`: however high wrapped lines around it are, it is in sight. */
export function topAnchoring(strip: Strip, line: number): number {
  return ((line + 0.5) * strip.lineHeight * range(strip)) / Math.max(1, range(strip) + strip.viewport);
}

/** `top` that brings a line into the middle, unless it can be seen well already. */
export function topFor(strip: Strip, place: Place, line: number): number {
  const y = line * strip.lineHeight;
  const margin = Math.min(2 * strip.lineHeight, strip.viewport / 4);
  const isSeen = y >= place.top + margin && y + strip.lineHeight <= place.top + strip.viewport - margin;
  return isSeen ? place.top : y - (strip.viewport - strip.lineHeight) / 2;
}
