export type MotifId =
  | "anvil"
  | "lens"
  | "lattice"
  | "loom"
  | "lamp"
  | "compass"
  | "gears"
  | "waves"
  | "quill"
  | "prism"
  | "kiln"
  | "scales"
  | "hourglass"
  | "bellows";

export interface PipelineLook {
  /** Degrees on the OKLCH wheel, for `oklch(L C hue)`: there, equal lightness looks equally light. */
  readonly hue: number;
  readonly motif: MotifId;
}

/** Chosen by hand, as far apart as ten can be, and none on the ember accent (about 50). */
const shipped: Readonly<Record<string, PipelineLook>> = {
  example: { hue: 350, motif: "quill" },
  debug: { hue: 245, motif: "gears" },
  "pdf-clean-convert": { hue: 180, motif: "lens" },
  "factual-gen-indiv": { hue: 95, motif: "lamp" },
  repvar: { hue: 310, motif: "prism" },
  "recall-multi-source": { hue: 275, motif: "loom" },
  "rag-data": { hue: 215, motif: "compass" },
  correction: { hue: 20, motif: "anvil" },
  "generic-data-rephrase": { hue: 125, motif: "waves" },
  "factual-datagen": { hue: 155, motif: "lattice" },
};

const unclaimed: readonly MotifId[] = ["kiln", "scales", "hourglass", "bellows", "lens", "loom", "gears", "prism", "waves", "compass"];

/** The same for the alias and for the folder: `repvar-pipeline` and `generation/core_pipelines/repvar`. */
function plainName(name: string): string {
  const last = name.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1) ?? name;
  return last
    .toLowerCase()
    .replace(/\.py(:.*)?$/, "")
    .replaceAll("_", "-")
    .replace(/-pipeline$/, "");
}

/** FNV-1a, with a final mix: names that differ in their last letter end up far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** The hue and the emblem of a pipeline: always the same for the same name. */
export function hueOf(name: string): PipelineLook {
  const plain = plainName(name);
  const known = Object.hasOwn(shipped, plain) ? shipped[plain] : undefined;
  if (known) return known;
  const hash = hashOf(plain);
  return { hue: hash % 360, motif: unclaimed[(hash >>> 9) % unclaimed.length] ?? "kiln" };
}
