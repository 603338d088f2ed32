import type { MotifId } from "@/lib/pipeline-hue";

/** Drawn by hand on a board of 48 by 48: lines in the pipeline's hue, sparks filled in ember, `fills` in the hue. */
export interface MotifDrawing {
  readonly lines: string;
  readonly fills?: string;
  readonly sparks?: string;
}

/** A small circle as a path. */
const dot = (x: number, y: number, radius: number): string => `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${radius * 2} 0a${radius} ${radius} 0 1 0 ${-radius * 2} 0`;
/** A four-pointed star with hollow sides. */
const star = (x: number, y: number, reach: number): string => {
  const waist = reach * 0.22;
  return `M${x} ${y - reach}Q${x + waist} ${y - waist} ${x + reach} ${y}Q${x + waist} ${y + waist} ${x} ${y + reach}Q${x - waist} ${y + waist} ${x - reach} ${y}Q${x - waist} ${y - waist} ${x} ${y - reach}Z`;
};

export const motifPaths: Readonly<Record<MotifId, MotifDrawing>> = {
  anvil: {
    lines: "M8 22H40C39 27 34 29 29 30V34C29 36 32 38 34 39V41H15V39C18 38 20 36 20 34V30C14 29 9 27 8 22Z",
    sparks: star(24, 11, 6.5) + star(35, 14, 3) + dot(14, 13, 1.5) + dot(31, 6, 1.2),
  },
  lens: {
    lines: `${dot(21, 21, 12)}M30 30L41 41M13 17H25M13 21.5H29M14 26H23`,
    sparks: star(37, 10, 5),
  },
  lattice: {
    lines: "M24 6L39.6 15V33L24 42L8.4 33V15ZM24 6V24M24 24L39.6 15M24 24L8.4 15M24 24V42M24 24L39.6 33M24 24L8.4 33",
    fills: dot(39.6, 15, 2.4) + dot(8.4, 15, 2.4) + dot(39.6, 33, 2.4) + dot(8.4, 33, 2.4) + dot(24, 42, 2.4) + dot(24, 6, 2.4),
    sparks: star(24, 24, 6),
  },
  loom: {
    lines: "M7 8H41M7 40H41M13 8V40M20 8V40M28 8V40M35 8V40M8 18C11 15 15 15 16.5 18S22 21 24 18S30 15 31.5 18S37 21 40 18M8 29C11 32 15 32 16.5 29S22 26 24 29S30 32 31.5 29S37 26 40 29",
    sparks: dot(24, 18, 2.6) + dot(13, 29, 2) + dot(35, 29, 2),
  },
  lamp: {
    lines: "M24 6V11M17 11H31M19 11L15 17M29 11L33 17M15 17H33L31 34H17ZM13 40H35M17 34L15 40M31 34L33 40",
    sparks: "M24 20C28 24 28.5 27 27 29.3C26.2 30.6 25.2 31 24 31C22.8 31 21.8 30.6 21 29.3C19.5 27 20 24 24 20Z",
    fills: dot(24, 5.5, 1.8),
  },
  compass: {
    lines: `${dot(24, 24, 17)}M24 3.5V10M24 38V44.5M3.5 24H10M38 24H44.5`,
    fills: "M24 24L27.4 27.4L16 34Z",
    sparks: "M32.5 14L27.4 27.4L20.6 20.6Z",
  },
  gears: {
    lines: `${dot(19, 27, 9.5)}${dot(19, 27, 3.6)}M19 14V17.5M19 36.5V40M6 27H9.5M28.5 27H32M9.8 17.8L12.3 20.3M25.7 33.7L28.2 36.2M28.2 17.8L25.7 20.3M12.3 33.7L9.8 36.2${dot(36, 12.5, 5)}M36 4V7.5M36 17.5V21M27.5 12.5H31M41 12.5H44.5`,
    sparks: dot(36, 12.5, 2.1),
  },
  waves: {
    lines: "M5 17C9 11 13 11 17 17S25 23 29 17S38 11 43 17M5 27C9 21 13 21 17 27S25 33 29 27S38 21 43 27M5 37C9 31 13 31 17 37S25 43 29 37S38 31 43 37",
    sparks: star(38, 7.5, 4.5) + dot(11, 8, 1.5),
  },
  quill: {
    lines: "M41 6C27 6 15 15 12 30C22 32 36 25 41 6ZM12 30L7 42M12 30C18 22 25 16 33 12.5M20 21L19 28M26 16.5L26.5 23M13 42H34",
    sparks: star(40, 38, 4),
  },
  prism: {
    lines: "M22 8L38 36H6ZM2 25L14 23M26 19L46 14M28 23L46 22M30.5 27L46 30M33 31.5L46 38",
    sparks: dot(20.5, 24, 3),
  },
  kiln: {
    lines: "M7 42V26C7 14 15 8 24 8S41 14 41 26V42ZM16 42V31C16 26 20 23.5 24 23.5S32 26 32 31V42M20 8.6V4H28V8.6M7 31H16M32 31H41M12 17.5L18 24.5M36 17.5L30 24.5",
    sparks: "M24 29C27.5 33 28.6 36 27.4 38.6C26.7 40.2 25.5 41 24 41C22.5 41 21.3 40.2 20.6 38.6C19.4 36 20.5 33 24 29Z",
  },
  scales: {
    lines: "M24 8V40M15 41H33M9 15L39 11M9 15L4 28H14ZM39 11L34 24H44ZM4 28C5 33 13 33 14 28M34 24C35 29 43 29 44 24",
    fills: dot(24, 8, 2.6),
    sparks: dot(9, 26, 2.2) + dot(39, 22, 2.2),
  },
  hourglass: {
    lines: "M12 6H36M12 42H36M15 6V12C15 18 22 20 22 24S15 30 15 36V42M33 6V12C33 18 26 20 26 24S33 30 33 36V42",
    fills: "M18.5 13.5H29.5C28.5 17 25.5 18.5 24 20.6C22.5 18.5 19.5 17 18.5 13.5Z",
    sparks: "M24 32L30.5 39.5H17.5Z" + dot(24, 27.5, 1.2),
  },
  bellows: {
    lines: "M4 9L29 21L40 22.5V25.5L29 27L4 39M9 11.5C13.5 19 13.5 29 9 36.5M15.5 14.7C18.8 20.5 18.8 27.5 15.5 33.3M22 17.8C24 22 24 26 22 30.2",
    sparks: star(42, 12, 4.5) + dot(35, 12, 1.5) + dot(44, 33, 1.4) + dot(37, 36, 1.1),
  },
};
