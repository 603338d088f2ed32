/** Colours for a canvas, which knows no `var()`. */
export interface Palette {
  readonly dark: boolean;
  /** The pipeline's own colour, and the same lighter. */
  readonly hue: string;
  readonly pale: string;
  /** What gives light: over a bright page it must be stronger than what is merely drawn. */
  readonly vivid: string;
  readonly ink: string;
  readonly line: string;
  readonly text: string;
  readonly soft: string;
  readonly ember: string;
  readonly gold: string;
  readonly bad: string;
}

function hueColour(hue: number, dark: boolean): string {
  return dark ? `oklch(0.78 0.14 ${hue})` : `oklch(0.52 0.14 ${hue})`;
}

/** Custom properties may hold `light-dark()`, `color-mix()` and each other: the browser works them out. */
function resolver(): { colour: (name: string, fallback: string) => string; done: () => void } {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.documentElement.append(probe);
  return {
    colour(name, fallback) {
      probe.style.color = `var(${name}, ${fallback})`;
      return getComputedStyle(probe).color || fallback;
    },
    done() {
      probe.remove();
    },
  };
}

export function readPalette(hue: number): Palette {
  const dark = document.documentElement.dataset["theme"] !== "light";
  const { colour, done } = resolver();
  const palette: Palette = {
    dark,
    hue: hueColour(hue, dark),
    pale: dark ? `oklch(0.92 0.06 ${hue})` : `oklch(0.42 0.13 ${hue})`,
    vivid: dark ? `oklch(0.82 0.15 ${hue})` : `oklch(0.62 0.18 ${hue})`,
    ink: colour("--ink", dark ? "#12131a" : "#f7f4ee"),
    line: colour("--line", dark ? "#2c2f3d" : "#d9d3c6"),
    text: colour("--text", dark ? "#ece7dd" : "#22201c"),
    soft: colour("--soft", dark ? "#a39e94" : "#6a655b"),
    ember: colour("--ember", dark ? "#ff8a3d" : "#b8500c"),
    gold: dark ? "oklch(0.86 0.13 88)" : "oklch(0.66 0.14 78)",
    bad: colour("--bad", dark ? "#ff6b5e" : "#b3261e"),
  };
  done();
  return palette;
}
